package guard_test

import (
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"

	"a2c/internal/schema"
)

// use says which stages write a field of the model and which packages read it.
type use struct{ writers, readers map[string]bool }

// shared are the types (or fields) that are values passed on from stage to stage, so that several fill them, with the reason.
func shared() map[string]string {
	return map[string]string{
		"Analysis.ContainerParameters":     "cmd merges the user's edits into the proposal",
		"ContainerParameters.RuntimeFiles": "verify --repair adds to it, analyze proposes it again",
		"AnalysisInfo.Skips":               "cmd adds what the child's confinement could not do",
		"App.Listeners":                    "containerize lists the ones of the image",
		"Binding":                          "containerize says how a listener is set in the image",
		"EKSParameters.PodIdentity":        "cmd keeps what its flag says; generate takes it back where Fargate has none",
		"EKSParameters.Secrets":            "cmd keeps what its flag says",
		"Deployment.Inputs":                "cmd adds the digests",
		"File":                             "containerize adds the files that it makes itself: passwd, group",
		"Host.Skips":                       "as AnalysisInfo.Skips",
		"Listener.Address":                 "containerize opens listeners in the image",
		"Listener.Binding":                 "as Binding",
		"MissingFile":                      "cmd takes back what turned out to hold a secret",
		"Need":                             "generate adds what the image needs and what verify saw",
		"Place":                            "containerize moves a secret from an argument to a variable",
		"Port":                             "deployment.json lists the ports of analysis.json, to be edited",
		"Secret":                           "containerize moves a secret from an argument to a variable",
		"Skip":                             "every stage lists what it could not read",
		"User.Inside":                      "generate leaves it out of deployment.json",
	}
}

// usersOwn are the fields that the user fills in, in documents that are his to edit.
func usersOwn() map[string]string {
	return map[string]string{
		"ContainerParameters.EnableDynamicLogging": "analysis.json",
		"ContainerParameters.ContainerBaseImage":   "analysis.json",
		"ECSParameters.ReuseResources":             "deployment.json",
		"EKSParameters.ReuseResources":             "deployment.json",
		"EKSParameters.ServiceAccountRoleARN":      "deployment.json",
		"Mount.AccessPointID":                      "deployment.json",
		"Mount.FileSystemID":                       "deployment.json",
	}
}

// forPeople are the types (or fields) that no other package reads: records for the user and for programs that read the documents.
func forPeople() map[string]string {
	return map[string]string{
		"Analysis":            "App2Container's names, for scripts written for it",
		"Answer.PackedBytes":  "what the page of a comparison shows",
		"Answer.SHA256":       "a record",
		"App":                 "what the inventory's table and the user read",
		"BaseImage":           "a record",
		"DeployedImage":       "as Deployment",
		"AdvancedAppInfo":     "App2Container's names, for scripts written for it",
		"AnalysisInfo":        "App2Container's names, for scripts written for it",
		"ContainerParameters": "App2Container's names, for scripts written for it",
		"Dependency":          "what people read, and the graph",
		"Difference":          "what people read",
		"DocPlace":            "what people and editors read",
		"AWSService":          "a proposal for the task role, for people",
		"Deployment":          "generate proposes it, the user edits it, generate reads it again",
		"Reach":               "as Deployment",
		"ReachSetting":        "as Deployment",
		"RoleActions":         "as Deployment",
		"ECRParameters":       "as Deployment",
		"ECSParameters":       "as Deployment",
		"EC2Parameters":       "as Deployment",
		"HostNeed":            "as Deployment",
		"EKSParameters":       "as Deployment",
		"CronJob":             "as Deployment",
		"FireLens":            "as Deployment",
		"LogDestination":      "as Deployment",
		"NotApplied":          "as Deployment",
		"ReuseResources":      "as Deployment",
		"Tag":                 "as Deployment",
		"SecretFile":          "which variables are files, for who runs the image by hand",
		"FileTotals":          "the sum of files.jsonl",
		"Finding":             "what check says to people",
		"HealthCheck":         "as Deployment",
		"Healthcheck":         "as ImageConfig",
		"Host":                "host.json is a record",
		"Image":               "image.json is a record",
		"ImageConfig":         "a record of what the image's own configuration says",
		"ImageInit":           "a record",
		"Layer":               "a record of what the manifest says",
		"Library":             "the native closure is a record; files.jsonl decides",
		"Listener.Inode":      "evidence",
		"LogFile":             "a record",
		"Mask":                "what people read",
		"MissingFile":         "what people read",
		"Mount":               "as Deployment",
		"Needs":               "read by generate through Deployment",
		"Port":                "App2Container's form of a listener",
		"ProcIDs":             "App2Container's names, for scripts written for it",
		"RecordedAnswer":      "as Recording",
		"RecordedQuestion":    "as Recording",
		"Recording":           "recorded.json is what verify itself reads again",
		"SecretRef":           "as Deployment",
		"SizeTrial":           "what people read",
		"Sizing.Memory":       "as SizeTrial",
		"Stop":                "what people read",
		"Usage":               "a record; sizing reads the sums",
		"Verification":        "verify.json is a record",
		"Job":                 "what the user reads",
		"Locale":              "what the user reads",
		"CgroupLimits":        "what the inventory's table and the user read",
		"EnvironmentFile":     "what the inventory's table and the user read",
		"Limit":               "what the inventory's table and the user read",
		"Listener.Group":      "what the inventory's table and the user read",
		"Listener.Inherited":  "what the inventory's table and the user read",
		"Parent":              "what the inventory's table and the user read",
		"Process":             "what the inventory's table and the user read",
		"Proxy":               "what the inventory's table and the user read",
		"Published":           "what the inventory's table and the user read",
		"SocketUnit":          "what the inventory's table and the user read",
		"Start":               "what the inventory's table and the user read",
		"Unit":                "what the inventory's table and the user read",
		"UnitSetting":         "what the inventory's table and the user read",
		"UnixListener":        "what the inventory's table and the user read",
	}
}

// TestModelFields keeps the model honest: a field that nobody fills, that two stages fill, or that nobody but its writer looks at is rot,
// unless one of the lists above says why not.
func TestModelFields(t *testing.T) {
	if testing.Short() {
		t.Skip("type-checks the whole module")
	}
	uses := fieldUses(t)
	shared, own, people := newList(shared()), newList(usersOwn()), newList(forPeople())
	for _, name := range slices.Sorted(maps.Keys(uses)) {
		u := uses[name]
		if strings.HasSuffix(name, ".Evidence") {
			continue // filled through Evidence.Add; the goldens' walk looks at each
		}
		if len(u.writers) == 0 && !own.has(name) {
			t.Errorf("model.%s: no stage fills it", name)
		}
		if len(u.writers) > 1 && !shared.has(name) {
			t.Errorf("model.%s: filled by several stages: %v", name, slices.Sorted(maps.Keys(u.writers)))
		}
		if !u.readElsewhere() && !people.has(name) && !shared.has(name) {
			t.Errorf("model.%s: read by nobody but its writer %v", name, slices.Sorted(maps.Keys(u.writers)))
		}
	}
	for _, l := range []*list{shared, own, people} {
		for _, name := range l.unused() {
			t.Errorf("the list names %s, which needs no excuse: take it out", name)
		}
	}
}

func (u *use) readElsewhere() bool {
	for r := range u.readers {
		if !u.writers[r] {
			return true
		}
	}
	return false
}

// list is a set of types and fields with reasons, which notices the ones that are not needed.
type list struct {
	reasons map[string]string
	used    map[string]bool
}

func newList(reasons map[string]string) *list { return &list{reasons, map[string]bool{}} }

func (l *list) has(field string) bool {
	typ, _, _ := strings.Cut(field, ".")
	for _, name := range []string{field, typ} {
		if l.reasons[name] != "" {
			l.used[name] = true
			return true
		}
	}
	return false
}

func (l *list) unused() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(l.reasons)) {
		if !l.used[name] {
			names = append(names, name)
		}
	}
	return names
}

func fieldUses(t *testing.T) map[string]*use {
	t.Helper()
	cfg := &packages.Config{
		Context: t.Context(),
		Mode:    packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedFiles,
		Dir:     "../..",
	}
	pkgs, err := packages.Load(cfg, "./model/...", "./parse/...", "./inventory/...", "./analyze/...", "./check/...",
		"./containerize/...", "./verify/...", "./generate/...", "./cmd", "./cmd/a2c", "./internal/...")
	if err != nil {
		t.Fatal(err)
	}
	uses := map[string]*use{}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Fatalf("%s: %v", p.PkgPath, e)
		}
	}
	for _, document := range schema.Documents() {
		declared(reflect.TypeOf(document), uses)
	}
	for _, p := range pkgs {
		if p.PkgPath == "a2c/model" {
			continue
		}
		for _, f := range p.Syntax {
			collect(p, f, stage(p.PkgPath), uses)
		}
	}
	return uses
}

// declared lists every exported field of the model's structs that stand in a document.
func declared(t reflect.Type, uses map[string]*use) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		declared(t.Elem(), uses)
	case reflect.Struct:
		for f := range t.Fields() {
			name := t.Name() + "." + f.Name
			if t.PkgPath() != "a2c/model" || uses[name] != nil {
				continue
			}
			uses[name] = &use{map[string]bool{}, map[string]bool{}}
			declared(f.Type, uses)
		}
	}
}

func stage(path string) string {
	s := strings.TrimPrefix(path, "a2c/")
	top, rest, _ := strings.Cut(s, "/")
	if top == "internal" {
		top, _, _ = strings.Cut(rest, "/")
	}
	return top
}

func collect(p *packages.Package, file *ast.File, in string, uses map[string]*use) {
	written := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				written[base(l)] = true
			}
		case *ast.IncDecStmt:
			written[base(n.X)] = true
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				written[n.X] = true
			}
		case *ast.CompositeLit:
			literal(p, n, in, uses)
		case *ast.SelectorExpr:
			u := uses[fieldName(p, n)]
			if u == nil {
				break
			}
			if written[n] {
				u.writers[in] = true
			} else {
				u.readers[in] = true
			}
		}
		return true
	})
}

// base strips index expressions: x.F[k] = v writes F.
func base(e ast.Expr) ast.Expr {
	for {
		ix, ok := e.(*ast.IndexExpr)
		if !ok {
			return e
		}
		e = ix.X
	}
}

func fieldName(p *packages.Package, s *ast.SelectorExpr) string {
	sel := p.TypesInfo.Selections[s]
	if sel == nil || sel.Kind() != types.FieldVal {
		return ""
	}
	return owner(sel.Recv()) + "." + s.Sel.Name
}

func owner(t types.Type) string {
	if ptr, ok := t.Underlying().(*types.Pointer); ok {
		t = ptr.Elem()
	}
	named, ok := types.Unalias(t).(*types.Named)
	if !ok || named.Obj().Pkg() == nil || named.Obj().Pkg().Path() != "a2c/model" {
		return "?"
	}
	return named.Obj().Name()
}

func literal(p *packages.Package, c *ast.CompositeLit, in string, uses map[string]*use) {
	name := owner(p.TypesInfo.TypeOf(c))
	st, ok := p.TypesInfo.TypeOf(c).Underlying().(*types.Struct)
	if name == "?" || !ok {
		return
	}
	for i, e := range c.Elts {
		field := ""
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			field = kv.Key.(*ast.Ident).Name
		} else {
			field = st.Field(i).Name()
		}
		if u := uses[name+"."+field]; u != nil {
			u.writers[in] = true
		}
	}
}
