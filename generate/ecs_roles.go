package generate

import "strings"

// roles: the execution role is the platform's (image, logs, secrets), the task role the application's. That one allows nothing but its own files and, on
// demand, ECS Exec; a policy for what was observed is handed in, since nobody knows here which resources are meant.
func (s *stack) roles() {
	trust := serviceTrust("ecs-tasks.amazonaws.com", ref{"AWS::AccountId"})
	execution := cfnRole{
		RoleName: substitute{s.role("${AWS::Region}", "execution")}, Description: "Pulls the image, writes logs and reads secrets for " + s.family,
		AssumeRolePolicyDocument: trust, Tags: s.tags(),
		ManagedPolicyArns: []any{substitute{"arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"}},
	}
	var arns []any
	for _, secret := range s.secrets {
		arns = append(arns, s.secretResource(secret))
	}
	if len(arns) > 0 {
		execution.Policies = []any{inlinePolicy{"secrets", newPolicy(statement{
			Effect: "Allow", Action: []string{"secretsmanager:GetSecretValue", "ssm:GetParameters"}, Resource: arns,
		})}}
	}
	s.t.Resources["ExecutionRole"] = cfnResource{Type: "AWS::IAM::Role", Properties: execution}

	s.t.Parameters["TaskPolicyArn"] = cfnParameter{
		Type: "String", Default: "", AllowedPattern: `^$|^arn:aws[a-z-]*:iam::.+:policy/.+$`, Constraint: "the ARN of a managed policy, or nothing",
		Description: "Policy of what the application does in AWS, made of iam/; empty for none",
	}
	s.t.Conditions["HasTaskPolicy"] = filled("TaskPolicyArn")
	s.t.Resources["TaskRole"] = cfnResource{Type: "AWS::IAM::Role", Properties: cfnRole{
		RoleName: substitute{s.role("${AWS::Region}", "task")}, Description: "What " + s.family + " itself may do",
		AssumeRolePolicyDocument: trust, Tags: s.tags(), Policies: s.taskPolicies(),
		ManagedPolicyArns: ifElse("HasTaskPolicy", []any{ref{"TaskPolicyArn"}}, noValue()),
	}}
	s.roleNote()
	s.localReaches(s.d)
}

func (s *stack) roleNote() {
	allows := "the task role allows nothing" + beside(len(s.volumes) > 0, " but its own files")
	if len(s.d.RoleActions) == 0 {
		s.notes = append(s.notes, "Nothing that it does in AWS was observed: "+allows+"; give what it needs as TaskPolicyArn.")
		return
	}
	s.notes = append(s.notes, "iam/README.md proposes what it may do in AWS, by what was observed; until TaskPolicyArn names a policy "+allows+".")
}

// taskPolicies: ECS Exec opens its channels as the task
// (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html, "ECS Exec permissions").
func (s *stack) taskPolicies() []any {
	s.t.Parameters["EnableExec"] = cfnParameter{
		Type: "String", Default: "false", AllowedValues: []string{"false", "true"},
		Description: "true lets people with ecs:ExecuteCommand open a shell in the tasks, whose root is then writable: the agent writes there",
	}
	s.t.Conditions["Exec"] = equal{[2]any{ref{"EnableExec"}, "true"}}
	exec := inlinePolicy{"exec", newPolicy(statement{Effect: "Allow", Resource: "*", Action: []string{
		"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
	}})}
	policies := []any{ifElse("Exec", exec, noValue())}
	if send := s.routerStatement(); send != nil {
		policies = append(policies, inlinePolicy{"log-router", newPolicy(*send)})
	}
	if len(s.volumes) > 0 {
		policies = append(policies, inlinePolicy{"files", newPolicy(statement{
			Effect: "Allow", Action: []string{"elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"}, Resource: get("FileSystem", "Arn"),
		})})
	}
	return policies
}

// secretResource is the secret itself: an ARN may go on with a JSON key and a version, which IAM does not know.
func (s *stack) secretResource(secret taskSecret) any {
	if secret.parameter != "" {
		return ref{secret.parameter}
	}
	parts := strings.SplitN(secret.valueFrom, ":", 8)
	return strings.Join(parts[:min(len(parts), 7)], ":")
}
