package parse

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Cmdline writes an argument vector for people: secrets redacted, arguments quoted as a POSIX shell would need it, and what is not
// printable written as $'\n' or $'\x1b', so that nothing of it acts on a terminal. It is never shortened.
//
//	/usr/bin/java -Ddb.password='<redacted>' '-Dname=a b' $'two\nlines' ''
func Cmdline(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range RedactArgs(args) {
		quoted[i] = QuoteArg(arg)
	}
	return strings.Join(quoted, " ")
}

// QuoteArg quotes one argument for a shell that knows $'…' (bash, ksh, zsh, POSIX 2024); plain ones are left as they are.
func QuoteArg(arg string) string {
	switch {
	case arg != "" && strings.Trim(arg, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:,@%+") == "":
		return arg
	case printableText(arg):
		return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := 0; i < len(arg); {
		r, n := utf8.DecodeRuneInString(arg[i:])
		switch {
		case r == utf8.RuneError && n == 1 || !strconv.IsPrint(r):
			writeEscaped(&b, arg[i:i+n])
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteString(arg[i : i+n])
		}
		i += n
	}
	b.WriteByte('\'')
	return b.String()
}

func writeEscaped(b *strings.Builder, s string) {
	switch s {
	case "\n":
		b.WriteString(`\n`)
	case "\t":
		b.WriteString(`\t`)
	case "\r":
		b.WriteString(`\r`)
	default:
		for i := range len(s) {
			fmt.Fprintf(b, `\x%02x`, s[i])
		}
	}
}

func printableText(s string) bool {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !strconv.IsPrint(r) {
			return false
		}
		i += n
	}
	return true
}
