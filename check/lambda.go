package check

import (
	"slices"

	"a2c/check/document"
	"a2c/model"
)

// Lambda: functions from container images.

// Limits of a function, as of November 2026: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const (
	lambdaLimits    = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
	lambdaAPI       = "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"
	maxFunctionEnv  = 4096 // bytes of all variables
	maxFunctionTime = 900
)

func onLambda() []string { return []string{Lambda} }

func lambdaRules() []Rule {
	return []Rule{
		{
			ID: "lambda.timeout-900s", Severity: model.Blocker, Targets: onLambda(), Source: lambdaLimits,
			Function: func(f *document.Function, s Says) { within(s, f.Timeout, "timeout", " s", 1, maxFunctionTime) },
			Title:    "The timeout is 1 to 900 seconds",
			Remedy:   "Set it to 900 at most; what takes longer runs as a task of ECS.",
		},
		{
			ID: "lambda.memory-128-10240", Severity: model.Blocker, Targets: onLambda(), Source: lambdaLimits,
			Function: func(f *document.Function, s Says) { within(s, f.MemorySize, "memory", " MB", 128, 10240) },
			Title:    "Memory is 128 to 10240 MB",
			Remedy:   "Set it in range; what needs more runs as a task of ECS.",
		},
		{
			ID: "lambda.tmp-512-10240", Severity: model.Blocker, Targets: onLambda(), Source: lambdaLimits,
			Function: func(f *document.Function, s Says) {
				within(s, f.EphemeralStorage.V.Size, "/tmp", " MB", 512, 10240)
			},
			Title:  "/tmp has 512 to 10240 MB",
			Remedy: "Set EphemeralStorage.Size in range, or mount EFS.",
		},
		{
			ID: "lambda.single-arch", Severity: model.Blocker, Targets: onLambda(), Function: singleArch, Source: lambdaAPI,
			Title:  "A function has one architecture: x86_64 or arm64",
			Remedy: "Name one, and push the image for that one alone (no list of manifests).",
		},
		{
			ID: "lambda.env-4kb", Severity: model.Blocker, Targets: onLambda(), Function: functionEnv, Source: lambdaLimits,
			Title:  "All variables together take 4 KB at most",
			Remedy: "Keep configuration in the image, Parameter Store or Secrets Manager.",
		},
		{
			ID: "lambda.no-handler-runtime-layers", Severity: model.Blocker, Targets: onLambda(), Function: imageOnly, Source: lambdaAPI,
			Title:  "A function from an image has neither Handler nor Runtime nor Layers",
			Remedy: "Take them out; the image's command names the handler (ImageConfig overrides it).",
		},
		{
			ID: "lambda.reserved-env", Severity: model.Blocker, Targets: onLambda(), Function: reservedEnv, Source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
			Title:  "No variable has a name that Lambda sets itself",
			Remedy: "Rename the variable, or take it out: Lambda sets it.",
		},
		{
			ID: "lambda.efs-or-s3files", Severity: model.Blocker, Targets: onLambda(), Function: functionFiles, Source: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html",
			Title:  "A file system needs the function in a VPC",
			Remedy: "Give VpcConfig with subnets that reach the file system's mount targets.",
		},
	}
}

func singleArch(f *document.Function, s Says) {
	if len(f.Architectures.V) > 1 {
		s.Fail(f.Architectures.At, "%d architectures are named", len(f.Architectures.V))
	}
	each(f.Architectures, func(name *string, at document.Place) {
		if *name != "x86_64" && *name != "arm64" {
			s.Fail(at, "the architecture is %s", safe(*name))
		}
	})
}

func functionEnv(f *document.Function, s Says) {
	total := 0
	for _, v := range f.Environment.V.Variables.V {
		total += len(v.Name) + len(v.V)
	}
	if total > maxFunctionEnv {
		s.Fail(f.Environment.V.Variables.At, "its variables take %d bytes", total)
	}
}

func imageOnly(f *document.Function, s Says) {
	if !document.Is(f.PackageType, "Image") {
		return
	}
	set(s, f.Handler, "Handler")
	set(s, f.Runtime, "Runtime")
	unsupportedList(s, f.Layers, "Layers")
}

// reservedVariables are those that Lambda sets, and that a function cannot: the page of the rule, November 2026.
func reservedVariables() []string {
	return []string{
		"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
		"AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
	}
}

func reservedEnv(f *document.Function, s Says) {
	for _, v := range f.Environment.V.Variables.V {
		if slices.Contains(reservedVariables(), v.Name) {
			s.Fail(v.At, "the variable %s is Lambda's own", safe(v.Name))
		}
	}
}

func functionFiles(f *document.Function, s Says) {
	if len(f.FileSystemConfigs.V) > 0 && f.VPCConfig.Is == document.Absent {
		s.Fail(f.FileSystemConfigs.At, "a file system is mounted, and there is no VpcConfig")
	}
}
