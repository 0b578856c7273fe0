package generate

import (
	"fmt"

	"a2c/model"
)

// FireLens is a container beside the application's that reads its log and sends it on
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_firelens.html).
const (
	routerImage     = "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable"
	routerMemoryMiB = 64 // that is kept for it
	startsFirst     = "START"
)

// destination is where the log goes; nil: to CloudWatch, without a router.
func (t *task) destination() *model.LogDestination {
	f := t.d.FireLens
	if f == nil || !f.EnableFireLensLogging || len(f.LogDestinations) == 0 {
		return nil
	}
	return &f.LogDestinations[0]
}

// router is the container's name, which is not the application's.
func (t *task) router() string {
	const name = "log-router"
	if t.container == name {
		return name + "-2"
	}
	return name
}

// outputOptions are those of Fluent Bit's output, with the filter of FireLens
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html).
func (t *task) outputOptions(d model.LogDestination, region, group, filter any) map[string]any {
	o := map[string]any{"region": region}
	switch d.Service {
	case model.LogsToFirehose:
		o["Name"], o["delivery_stream"] = "kinesis_firehose", d.StreamName
	case model.LogsToKinesis:
		o["Name"], o["stream"] = "kinesis_streams", d.StreamName
	default:
		o["Name"], o["log_group_name"], o["log_stream_prefix"] = "cloudwatch_logs", group, t.container+"-"
		if d.StreamName != "" {
			o["log_stream_prefix"] = d.StreamName + "-"
		}
	}
	if d.RegexFilter != "" {
		o["include-pattern"] = filter
	}
	return o
}

func (t *task) logDefinition(region string) taskLog {
	d := t.destination()
	if d == nil {
		return taskLog{LogDriver: "awslogs", Options: t.logOptions(region, t.container)}
	}
	plain := map[string]string{}
	for k, v := range t.outputOptions(*d, region, t.logGroup(), d.RegexFilter) {
		plain[k] = fmt.Sprint(v)
	}
	return taskLog{LogDriver: "awsfirelens", Options: plain}
}

// routerFirst has the router run before the first line is written.
func (t *task) routerFirst() []taskDependency {
	if t.destination() == nil {
		return nil
	}
	return []taskDependency{{startsFirst, t.router()}}
}

// routerOptions have each line name the task that it comes from.
func routerOptions() map[string]string { return map[string]string{"enable-ecs-log-metadata": "true"} }

func (t *task) routerDefinition(region string) []taskContainer {
	if t.destination() == nil {
		return nil
	}
	return []taskContainer{{
		Name: t.router(), Image: routerImage, Essential: true, User: "0", MemoryReservation: routerMemoryMiB, FirelensConfiguration: &taskFireLens{routerOptions(), "fluentbit"},
		LogConfiguration: taskLog{LogDriver: "awslogs", Options: t.logOptions(region, t.router())},
	}}
}

func (s *stack) awslogs(prefix string) cfnLog {
	return cfnLog{"awslogs", map[string]any{
		"awslogs-group": ref{"LogGroup"}, "awslogs-region": ref{"AWS::Region"}, "awslogs-stream-prefix": prefix, "mode": "non-blocking",
	}}
}

func (s *stack) logProperties() cfnLog {
	if d := s.destination(); d != nil {
		return cfnLog{"awsfirelens", s.outputOptions(*d, ref{"AWS::Region"}, ref{"LogGroup"}, literal(d.RegexFilter))}
	}
	return s.awslogs(s.container)
}

func (s *stack) routerProperties() []cfnContainer {
	if s.destination() == nil {
		return nil
	}
	return []cfnContainer{{
		Name: s.router(), Image: routerImage, Essential: true, User: "0", ReadonlyRootFilesystem: false, MemoryReservation: routerMemoryMiB,
		FirelensConfiguration: &cfnFireLens{"fluentbit", routerOptions()}, LogConfiguration: s.awslogs(s.router()),
	}}
}

// routerStatement is what the router may do, which acts as the task.
func (s *stack) routerStatement() *statement {
	d := s.destination()
	if d == nil {
		return nil
	}
	stream := func(of string) any {
		return substitute{"arn:${AWS::Partition}:" + of + d.StreamName}
	}
	switch d.Service {
	case model.LogsToFirehose:
		return &statement{Effect: "Allow", Action: []string{"firehose:PutRecordBatch"}, Resource: stream("firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/")}
	case model.LogsToKinesis:
		return &statement{Effect: "Allow", Action: []string{"kinesis:PutRecords"}, Resource: stream("kinesis:${AWS::Region}:${AWS::AccountId}:stream/")}
	}
	return &statement{Effect: "Allow", Action: []string{"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"}, Resource: get("LogGroup", "Arn")}
}

// routerNote says what to know of the router.
func (t *task) routerNote() {
	d := t.destination()
	if d == nil {
		return
	}
	t.notes = append(t.notes, fmt.Sprintf("FireLens sends the log to %s by a container of its own, %s (%s), for which %d MiB are kept; what it says itself is in CloudWatch.", d.Service, t.router(), routerImage, routerMemoryMiB))
	if d.Service != model.LogsToCloudWatch {
		t.notes = append(t.notes, fmt.Sprintf("%s has to be there: a2c makes no stream.", d.StreamName))
	}
}

// noRouter says that FireLens is a thing of ECS.
func (n *names) noRouter(d model.Deployment) {
	if d.FireLens != nil && d.FireLens.EnableFireLensLogging {
		n.notes = append(n.notes, "fireLensParameters are for ECS alone: here the log is what the container prints, and whoever collects that sends it on.")
	}
}
