package detect

import (
	"os"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/tools/txtar"

	"a2c/inventory/host"
)

// TestAllListsHelpers holds the same processes against a run that wants all: each helper is an application that says what it is, and
// claims nothing that it started.
func TestAllListsHelpers(t *testing.T) {
	for name, want := range map[string][]string{
		"testdata/java-generic/helpers.txtar": {
			"400 Maven (build tool)", "401", "402 Gradle daemon (build tool)", "403 Gradle daemon (build tool)", "404 sbt (build tool)",
			"405 Kotlin daemon (build tool)", "406 Bazel server (build tool)", "407 Eclipse JDT language server (IDE)",
			"408 IntelliJ platform (IDE)", "409 Jenkins (agent)", "410 jcmd (tool of the JDK)", "411 jshell's remote VM (tool of the JDK)", "412", "480 java -version (tool of the JDK)", "481",
		},
		"testdata/dotnet-generic/sdk.txtar": {"400 dotnet run (build tool)", "401 MSBuild node (build tool)", "402 compiler server (build tool)"},
		"testdata/dotnet-mono/others.txtar": {"412 C# compiler (build tool)", "413 compiler server (build tool)"},
	} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tree, err := host.Text(txtar.Parse(data))
		if err != nil {
			t.Fatal(err)
		}
		h, err := host.Read(t.Context(), tree)
		if err != nil {
			t.Fatal(err)
		}
		apps, err := Find(t.Context(), h, Options{All: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range apps {
			text := strconv.Itoa(a.ProcessID)
			if a.Helper != "" {
				text += " " + a.Helper
			}
			got = append(got, text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, want)
		}
		o := outcome{Apps: apps}
		for _, p := range slices.Concat(claimedTwice(o), noEvidence(o)) {
			t.Error(p)
		}
	}
}
