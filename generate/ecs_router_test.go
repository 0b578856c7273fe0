package generate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"a2c/model"
)

// TestLogRouter: with FireLens the application's log goes to the one stream, by a container that starts first and may write to that stream alone.
func TestLogRouter(t *testing.T) {
	for service, c := range map[string]struct {
		options map[string]string
		allowed string
	}{
		model.LogsToFirehose:   {map[string]string{"Name": "kinesis_firehose", "delivery_stream": "orders", "region": "eu-central-1", "include-pattern": "^E${x} .*"}, "firehose:PutRecordBatch"},
		model.LogsToKinesis:    {map[string]string{"Name": "kinesis_streams", "stream": "orders", "region": "eu-central-1", "include-pattern": "^E${x} .*"}, "kinesis:PutRecords"},
		model.LogsToCloudWatch: {map[string]string{"Name": "cloudwatch_logs", "log_group_name": "/ecs/java-tomcat-9e8e4799", "log_stream_prefix": "orders-", "region": "eu-central-1", "include-pattern": "^E${x} .*"}, "logs:PutLogEvents"},
	} {
		t.Run(service, func(t *testing.T) {
			s := samples()["tomcat"]
			d := Propose(s.analysis, s.image, s.seen)
			d.AWS = model.AWS{AccountID: "111122223333", Region: "eu-central-1"}
			d.Volumes = nil
			d.FireLens = &model.FireLens{EnableFireLensLogging: true, LogDestinations: []model.LogDestination{{Service: service, RegexFilter: "^E${x} .*", StreamName: "orders"}}}
			outputs, err := Render(t.Context(), d, []string{ecsFargate{}.Name(), ecsEC2{}.Name(), eksEC2{}.Name()})
			if err != nil {
				t.Fatal(err)
			}
			var task registerTask
			if err := json.Unmarshal(outputs[ecsFargate{}.Name()].Files["task-definition.json"], &task); err != nil {
				t.Fatal(err)
			}
			if len(task.ContainerDefinitions) != 2 {
				t.Fatalf("%d containers", len(task.ContainerDefinitions))
			}
			app, router := task.ContainerDefinitions[0], task.ContainerDefinitions[1]
			if diff := cmp.Diff(taskLog{LogDriver: "awsfirelens", Options: c.options}, app.LogConfiguration); diff != "" {
				t.Errorf("log of the application (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]taskDependency{{"START", router.Name}}, app.DependsOn); diff != "" || router.FirelensConfiguration == nil || !router.Essential {
				t.Errorf("router %+v, %s", router, diff)
			}
			for _, target := range []string{ecsFargate{}.Name(), ecsEC2{}.Name()} {
				stack := string(outputs[target].Files["service.yaml"])
				for _, want := range []string{c.allowed, "LogDriver: awsfirelens", "Type: fluentbit", "ContainerName: log-router"} {
					if !strings.Contains(stack, want) {
						t.Errorf("%s: the stack has no %s", target, want)
					}
				}
			}
			if notes := fmt.Sprint(outputs[eksEC2{}.Name()].Notes); !strings.Contains(notes, "fireLensParameters are for ECS alone") {
				t.Errorf("eks-ec2 does not say that it has no router: %s", notes)
			}
		})
	}
}
