package generate

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/schemas"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestTaskDefinitionAsSDK reads every task definition into the SDK's type and has the SDK send it: it knows every field, and its request
// says the same under the same names.
func TestTaskDefinitionAsSDK(t *testing.T) {
	paths, err := filepath.Glob("testdata/ecs-*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, path := range paths {
		data := archived(t, path, "task-definition.json")
		if data == nil {
			continue
		}
		seen++
		t.Run(path, func(t *testing.T) {
			var in ecs.RegisterTaskDefinitionInput
			d := json.NewDecoder(bytes.NewReader(data))
			d.DisallowUnknownFields()
			if err := d.Decode(&in); err != nil {
				t.Fatalf("the SDK's type does not take it: %v", err)
			}
			if diff := cmp.Diff(decoded(t, sent(t.Context(), t, &in)), decoded(t, data)); diff != "" {
				t.Errorf("otherwise than the SDK sends it (-SDK +a2c):\n%s", diff)
			}
		})
	}
	if seen == 0 {
		t.Error("no golden file holds a task definition")
	}
}

// archived is nil when the archive does not hold the file.
func archived(t *testing.T, path, name string) []byte {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

// sent is the body of the SDK's request.
func sent(ctx context.Context, t *testing.T, in *ecs.RegisterTaskDefinitionInput) []byte {
	t.Helper()
	request, ok := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	if !ok {
		t.Fatal("the SDK made no HTTP request")
	}
	operation := smithy.NewOperationSchema(schemas.RegisterTaskDefinition, schemas.RegisterTaskDefinitionRequest, schemas.RegisterTaskDefinitionResponse)
	if err := awsjson.New11(schemas.AmazonEC2ContainerServiceV20141113).SerializeRequest(ctx, operation, in, request); err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(request.GetStream())
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func decoded(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
