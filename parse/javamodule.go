package parse

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// ModuleInfoName is the class that describes a module, at the root of its archive or folder (JVM specification, 4.1).
const ModuleInfoName = "module-info.class"

// ErrNoModule says that a class file describes no module.
var ErrNoModule = errors.New("describes no module")

// Tags of the constant pool (JVM specification, table 4.4-A), as far as their length is not that of most: a tag and four bytes.
const (
	constUTF8         = 1
	constInteger      = 3
	constLong         = 5
	constDouble       = 6
	constClass        = 7
	constString       = 8
	constMethodHandle = 15
	constMethodType   = 16
	constModule       = 19
	constPackage      = 20
)

// ModuleName reads the name out of a module-info.class: attribute Module, 4.7.25 of the JVM specification. Errors are ErrNoModule with the reason.
func ModuleName(class []byte) (string, error) {
	r, texts, names, ok := openClass(class)
	if !ok {
		return "", fmt.Errorf("%w: no class file", ErrNoModule)
	}
	r.skip(6)               // access flags, this class, super class
	r.skip(2 * r.number(2)) // interfaces
	for range 2 {           // fields and methods: a module has none
		if r.number(2) != 0 {
			return "", fmt.Errorf("%w: has members", ErrNoModule)
		}
	}
	for range r.number(2) {
		name, length := texts[r.number(2)], r.number(4)
		if name != "Module" {
			r.skip(length)
			continue
		}
		if module := texts[names[r.number(2)]]; module != "" && !r.short {
			return module, nil
		}
		break
	}
	if r.short {
		return "", fmt.Errorf("%w: ends after %d bytes", ErrNoModule, len(class))
	}
	return "", fmt.Errorf("%w: no attribute Module with a name", ErrNoModule)
}

// classReader reads big-endian numbers; short is set at the end of the data, and what is read is 0 from there on.
type classReader struct {
	data  []byte
	short bool
}

// openClass reads what stands before a class's access flags: the magic number, the version, and the constants as constants() returns them.
func openClass(class []byte) (r classReader, texts map[int]string, names map[int]int, ok bool) {
	r = classReader{data: class}
	if r.number(4) != 0xCAFEBABE {
		return r, nil, nil, false
	}
	r.skip(4) // version
	texts, names = r.constants()
	return r, texts, names, true
}

func (r *classReader) take(n int) []byte {
	if n < 0 || n > len(r.data) {
		r.data, r.short = nil, true
		return make([]byte, min(max(n, 0), 8))
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *classReader) skip(n int) { r.take(n) }

func (r *classReader) number(size int) int {
	b := r.take(size)
	if size == 2 {
		return int(binary.BigEndian.Uint16(b))
	}
	return int(binary.BigEndian.Uint32(b))
}

// constants reads the pool: the texts, with whole numbers as such, and of each module, class and string the index of its text.
func (r *classReader) constants() (texts map[int]string, names map[int]int) {
	texts, names = map[int]string{}, map[int]int{}
	count := r.number(2)
	for i := 1; i < count && !r.short; i++ {
		switch tag := r.take(1)[0]; tag {
		case constUTF8:
			texts[i] = string(r.take(r.number(2)))
		case constModule, constString, constClass:
			names[i] = r.number(2)
		case constInteger:
			texts[i] = strconv.Itoa(int(int32(r.number(4))))
		case constLong:
			texts[i] = strconv.FormatInt(int64(binary.BigEndian.Uint64(r.take(8))), 10)
			i++ // it takes two places (4.4.5)
		case constDouble:
			r.skip(8)
			i++
		case constMethodType, constPackage:
			r.skip(2)
		case constMethodHandle:
			r.skip(3)
		default:
			r.skip(4)
		}
	}
	return texts, names
}

// AutomaticModule is the name of the module that an archive without module-info and without Automatic-Module-Name becomes on the module path: its
// file's name without version, with dots for what no name holds (java.lang.module.ModuleFinder.of). "commons-io-2.17.0.jar" is "commons.io".
func AutomaticModule(file string) string {
	name := strings.TrimSuffix(path.Base(file), ".jar")
	if at := reModuleVersion.FindStringIndex(name); at != nil {
		name = name[:at[0]]
	}
	return strings.Trim(reNoModuleLetter.ReplaceAllString(name, "."), ".")
}

var (
	reModuleVersion  = regexp.MustCompile(`-\d+(\.|$)`)
	reNoModuleLetter = regexp.MustCompile(`[^A-Za-z0-9]+`)
)
