package containerize

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

func TestFrameworks(t *testing.T) {
	var names []model.Path
	for _, version := range []string{"9.0.9", "9.0.10", "8.0.22", "10.0.0-rc.1"} {
		names = append(names, model.Path("/usr/share/dotnet/shared/Microsoft.NETCore.App/"+version+"/System.dll"))
	}
	names = append(names, "/usr/share/dotnet/shared/Microsoft.AspNetCore.App/9.0.9/x.dll", "/opt/dotnet/shared/Other/1.0.0/x.dll")
	for _, c := range []struct {
		names []model.Path
		want  map[string]string
	}{
		{names[:3], map[string]string{"Microsoft.NETCore.App": "9.0.10"}},
		{names, map[string]string{"Microsoft.NETCore.App": "10.0.0-rc.1", "Microsoft.AspNetCore.App": "9.0.9"}},
	} {
		if d := cmp.Diff(c.want, (&replacement{}).frameworks(c.names, "/usr/share/dotnet")); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}
