package containerize

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"a2c/model"
	"a2c/parse"
)

// secretArguments takes secrets out of the command line: an image's configuration can be read by everybody who can pull it. They become
// variables to inject, where the application reads the same setting from one.
func (s *start) secretArguments() error {
	var gone []int
	for i := 1; i < len(s.argv); i++ {
		if !strings.Contains(s.argv[i], model.Redacted) {
			continue
		}
		k, err := s.injected(i)
		if err != nil {
			return err
		}
		s.secrets = append(s.secrets, k)
		gone = append(gone, i)
		s.changes = append(s.changes, model.Change{
			Kind: "argument", Target: strconv.Itoa(i), Before: s.argv[i], After: k.Name + " (variable, injected when it runs)", Reason: s.whyInjected(k),
		})
	}
	for _, i := range slices.Backward(gone) {
		s.remove(i)
	}
	return nil
}

// remove drops argument i. Bindings that name a later argument move with it.
func (s *start) remove(i int) {
	s.argv = slices.Delete(s.argv, i, i+1)
	for n, l := range s.info.App.Listeners {
		if l.Binding != nil && l.Binding.Arg > i {
			b := *l.Binding
			b.Arg--
			s.info.App.Listeners = slices.Clone(s.info.App.Listeners)
			s.info.App.Listeners[n].Binding = &b
		}
	}
}

func (s *start) whyInjected(k model.Secret) string {
	if k.Name == javaOptions {
		return "a secret does not belong into an image's configuration; the JVM takes it from JDK_JAVA_OPTIONS, whose value it prints to stderr at start: keep that log private"
	}
	return "a secret does not belong into an image's configuration; the application reads the same setting from the variable"
}

// javaOptions is read by the launcher since JDK 9 ("java" in the JDK's tool specifications).
const javaOptions = "JDK_JAVA_OPTIONS"

// injected says which variable stands for argument i.
func (s *start) injected(i int) (model.Secret, error) {
	arg := s.argv[i]
	k := model.Secret{Kind: "password", Place: model.Place{Kind: "argv", Arg: i}}
	for _, known := range s.info.Secrets {
		if known.Place.Kind == "argv" && known.Place.Arg == i {
			k = known
		}
	}
	key, value, isPair := strings.Cut(arg, "=")
	k.Place.Key = key
	whole := isPair && !strings.Contains(key, model.Redacted) && strings.Contains(value, model.Redacted) // all that follows "=" is injected
	switch {
	case s.option(i) && whole && strings.HasPrefix(key, "-D") && s.springReads(key[2:]):
		k.Name = relaxed(key[2:])
	case s.option(i) && whole && strings.HasPrefix(key, "-D") && s.modernJava():
		k.Name = javaOptions
		k.Prefix = parse.JavaWord(key + "=")
		if have := s.env[javaOptions]; have != "" { // the injected value replaces the image's
			k.Prefix = have + " " + k.Prefix
			delete(s.env, javaOptions)
		}
	case !s.option(i) && whole && s.spring() && strings.HasPrefix(key, "--"):
		k.Name = relaxed(key[2:])
	case whole && s.dotnet() && strings.HasPrefix(key, "--"):
		k.Name = strings.ReplaceAll(key[2:], ":", "__")
	default:
		return k, fmt.Errorf("%w: argument %d (%q) holds one, and a2c knows no variable that this application reads instead; "+
			"let it read the value from a file or a variable, restart it so, and analyze again", ErrSecretArgument, i, redactedName(key))
	}
	return k, nil
}

func redactedName(key string) string {
	if strings.Contains(key, model.Redacted) {
		return model.Redacted
	}
	return key
}

// option reports whether argument i is one of the JVM's own, that is before -jar, -m or the main class.
func (s *start) option(i int) bool {
	if s.info.App.Runtime.Kind != "jvm" {
		return false
	}
	for n := 1; n < len(s.argv) && n <= i; n++ {
		a := s.argv[n]
		if a == "-jar" || a == "-m" || a == "--module" {
			return false
		}
		if slices.Contains([]string{"-cp", "-classpath", "--class-path", "-p", "--module-path", "--add-modules", "--add-opens", "--add-exports", "--add-reads", "--patch-module"}, a) {
			n++
			continue
		}
		if !strings.HasPrefix(a, "-") && !strings.HasPrefix(a, "@") {
			return false
		}
	}
	return true
}

func (s *start) spring() bool { return s.info.ApplicationType == "java-springboot" }

func (s *start) dotnet() bool { return strings.HasPrefix(s.info.ApplicationType, "dotnet-") }

// springReads reports whether a system property is one that Spring's Environment hands out: then a variable does the same. Properties of
// the JVM and its libraries are read by System.getProperty only.
func (s *start) springReads(key string) bool {
	return s.spring() && !slices.ContainsFunc([]string{"java.", "javax.", "jdk.", "sun.", "com.sun.", "jakarta.", "log4j", "logback.", "org.", "io.netty."}, func(p string) bool {
		return strings.HasPrefix(key, p)
	})
}

// modernJava reports whether the launcher reads JDK_JAVA_OPTIONS: JDK 9 and later, started as "java".
func (s *start) modernJava() bool {
	major, _, _ := strings.Cut(s.info.App.Runtime.Version, ".")
	n, err := strconv.Atoi(major)
	return err == nil && n >= 9 && path.Base(string(s.info.Exe)) == "java"
}

// relaxed is the variable that Spring Boot binds to a property (Spring Boot reference, "Binding From Environment Variables"): dots become
// underscores, dashes go, list indexes stand between underscores, all upper case.
func relaxed(property string) string {
	property = strings.NewReplacer("].", "_", "]", "", "[", "_", ".", "_", "-", "").Replace(property)
	return strings.ToUpper(property)
}
