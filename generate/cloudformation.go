package generate

import "strings"

// The part of CloudFormation that a2c writes, as types: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
// A field of type any takes a value or an intrinsic function.

type cfnTemplate struct {
	Version     string                  `json:"AWSTemplateFormatVersion"`
	Description string                  `json:"Description"`
	Parameters  map[string]cfnParameter `json:"Parameters,omitempty"`
	Conditions  map[string]any          `json:"Conditions,omitempty"`
	Resources   map[string]cfnResource  `json:"Resources"`
	Outputs     map[string]cfnOutput    `json:"Outputs,omitempty"`
}

func newTemplate(description string) *cfnTemplate {
	return &cfnTemplate{
		Version: "2010-09-09", Description: description,
		Parameters: map[string]cfnParameter{}, Conditions: map[string]any{}, Resources: map[string]cfnResource{}, Outputs: map[string]cfnOutput{},
	}
}

type cfnParameter struct {
	Type           string   `json:"Type"`
	Description    string   `json:"Description"`
	Default        any      `json:"Default,omitempty"`
	AllowedValues  []string `json:"AllowedValues,omitempty"`
	AllowedPattern string   `json:"AllowedPattern,omitempty"`
	Constraint     string   `json:"ConstraintDescription,omitempty"`
	MinValue       *int     `json:"MinValue,omitempty"`
}

type cfnResource struct {
	Type           string   `json:"Type"`
	Condition      string   `json:"Condition,omitempty"`
	DependsOn      []string `json:"DependsOn,omitempty"`
	DeletionPolicy string   `json:"DeletionPolicy,omitempty"`
	ReplacePolicy  string   `json:"UpdateReplacePolicy,omitempty"`
	Properties     any      `json:"Properties"`
}

// retained resources outlive the stack: they hold what cannot be made again.
func retained(r cfnResource) cfnResource {
	r.DeletionPolicy, r.ReplacePolicy = "Retain", "Retain"
	return r
}

type cfnOutput struct {
	Description string `json:"Description"`
	Value       any    `json:"Value"`
	Condition   string `json:"Condition,omitempty"`
}

// Intrinsic functions.
type (
	ref       struct{ Ref string }
	attribute struct {
		GetAtt [2]string `json:"Fn::GetAtt"`
	}
	substitute struct {
		Sub string `json:"Fn::Sub"`
	}
	choice struct {
		If [3]any `json:"Fn::If"` // condition, then, else
	}
	item struct {
		Select [2]any `json:"Fn::Select"` // index, list
	}
	equal struct {
		Equals [2]any `json:"Fn::Equals"`
	}
	join struct {
		Join [2]any `json:"Fn::Join"` // delimiter, list
	}
	not struct {
		Not [1]any `json:"Fn::Not"`
	}
	both struct {
		And [2]any `json:"Fn::And"`
	}
	named struct {
		Condition string // one of the template
	}
	zones struct {
		GetAZs string `json:"Fn::GetAZs"`
	}
	cidr struct {
		Cidr [3]any `json:"Fn::Cidr"` // block, how many parts, bits for addresses of each
	}
	base64 struct {
		Base64 any `json:"Fn::Base64"`
	}
)

// literal writes text of the user's so that it stays as it is: outside of Fn::Sub nothing is replaced, but validators take ${X} there for
// a forgotten one, so that it is put together from two halves.
func literal(s string) any {
	if parts := strings.Split(s, "${"); len(parts) > 1 {
		for i := range parts[1:] {
			parts[i] += "$"
			parts[i+1] = "{" + parts[i+1]
		}
		return join{[2]any{"", parts}}
	}
	return s
}

func get(id, name string) attribute { return attribute{[2]string{id, name}} }

func ifElse(condition string, then, otherwise any) choice {
	return choice{[3]any{condition, then, otherwise}}
}

func filled(parameter string) not { return not{[1]any{empty(parameter)}} }

func empty(parameter string) equal { return equal{[2]any{ref{parameter}, ""}} }

// noValue leaves a property out.
func noValue() ref { return ref{"AWS::NoValue"} }

type cfnTag struct {
	Key   string
	Value any
}

// policy is an IAM policy document.
type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Sid       string `json:"Sid,omitempty"`
	Effect    string
	Action    any
	Principal any `json:"Principal,omitempty"`
	Resource  any `json:"Resource,omitempty"`
	Condition any `json:"Condition,omitempty"`
}

func newPolicy(statements ...statement) policy { return policy{"2012-10-17", statements} }

type cfnRole struct {
	RoleName                 any
	Description              string
	AssumeRolePolicyDocument policy
	ManagedPolicyArns        any      `json:",omitempty"` // []any, or a choice
	Policies                 []any    `json:",omitempty"` // inlinePolicy, or a choice
	Tags                     []cfnTag `json:",omitempty"`
}

// serviceTrust lets a service of AWS take a role, for this account alone where the service says for whom it asks.
func serviceTrust(service string, account any) policy {
	s := statement{Effect: "Allow", Action: "sts:AssumeRole", Principal: map[string]string{"Service": service}}
	if account != nil {
		s.Condition = map[string]any{"StringEquals": map[string]any{"aws:SourceAccount": account}}
	}
	return newPolicy(s)
}

type inlinePolicy struct {
	PolicyName     string
	PolicyDocument policy
}

type cfnSecurityGroup struct {
	GroupDescription     string
	VpcID                any       `json:"VpcId"`
	SecurityGroupIngress []ingress `json:",omitempty"`
	SecurityGroupEgress  any       `json:",omitempty"` // []ingress, or a choice
	Tags                 []cfnTag  `json:",omitempty"`
}

type ingress struct {
	Description           string
	IPProtocol            string `json:"IpProtocol"`
	FromPort              any
	ToPort                any
	CidrIP                any `json:"CidrIp,omitempty"`
	CidrIPv6              any `json:"CidrIpv6,omitempty"`
	SourceSecurityGroupID any `json:"SourceSecurityGroupId,omitempty"`
}

type cfnIngressRule struct {
	GroupID any `json:"GroupId"`
	ingress
}

type cfnLogGroup struct {
	LogGroupName    string
	RetentionInDays any
	Tags            []cfnTag `json:",omitempty"`
}

type cfnRepository struct {
	RepositoryName             string
	ImageScanningConfiguration struct{ ScanOnPush bool }
	ImageTagMutability         string
	EncryptionConfiguration    struct{ EncryptionType string }
	LifecyclePolicy            struct{ LifecyclePolicyText string }
	Tags                       []cfnTag `json:",omitempty"`
}
