package dependency

// awsService is what an application usually does with a service, as actions of IAM without the prefix: a proposal that is to be cut down, source AWS's
// service authorization reference (docs.aws.amazon.com/service-authorization/latest/reference/). What changes resources themselves, such as creating a table, is left out.
type awsService struct {
	prefix, title string
	libraries     []string // of the SDKs: aws-java-sdk-NAME, software.amazon.awssdk:NAME, AWSSDK.NAME in lower case
	actions       []string
	note          string
}

func awsServices() []awsService {
	const narrow = "name the resources in the policy; leave out what is only read, or only written"
	return []awsService{
		{"s3", "Amazon S3", []string{"s3", "s3-transfer-manager", "s3control"}, []string{"GetObject", "PutObject", "DeleteObject", "ListBucket"}, narrow},
		{"sqs", "Amazon SQS", []string{"sqs"}, []string{"SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl"}, narrow},
		{"sns", "Amazon SNS", []string{"sns", "simplenotificationservice"}, []string{"Publish"}, narrow},
		{"dynamodb", "Amazon DynamoDB", []string{"dynamodb", "dynamodb-enhanced", "dynamodbv2"}, []string{"GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "DescribeTable"}, "Scan is left out: add it only where it is used; " + narrow},
		{"kinesis", "Amazon Kinesis Data Streams", []string{"kinesis"}, []string{"PutRecord", "PutRecords", "GetRecords", "GetShardIterator", "DescribeStreamSummary", "ListShards"}, narrow},
		{"firehose", "Amazon Data Firehose", []string{"firehose", "kinesisfirehose"}, []string{"PutRecord", "PutRecordBatch"}, narrow},
		{"secretsmanager", "AWS Secrets Manager", []string{"secretsmanager", "aws-secretsmanager-jdbc"}, []string{"GetSecretValue", "DescribeSecret"}, "where ECS gives the secret as a variable, the execution role needs it, not the task role"},
		{"ssm", "AWS Systems Manager", []string{"ssm", "simplesystemsmanagement"}, []string{"GetParameter", "GetParameters", "GetParametersByPath"}, narrow},
		{"kms", "AWS KMS", []string{"kms", "keymanagementservice"}, []string{"Decrypt", "Encrypt", "GenerateDataKey"}, narrow},
		{"sts", "AWS STS", []string{"sts", "securitytoken"}, []string{"AssumeRole"}, "the SDKs bring it along; a task role itself needs no action of STS: allow it only for roles that the application assumes by name"},
		{"lambda", "AWS Lambda", []string{"lambda"}, []string{"InvokeFunction"}, narrow},
		{"ses", "Amazon SES", []string{"ses", "sesv2", "simpleemail", "simpleemailv2"}, []string{"SendEmail", "SendRawEmail"}, "SMTP needs no IAM action, but a user's SMTP credentials"},
		{"cloudwatch", "Amazon CloudWatch", []string{"cloudwatch", "cloudwatchmetrics"}, []string{"PutMetricData"}, "condition cloudwatch:namespace narrows it"},
		{"logs", "Amazon CloudWatch Logs", []string{"cloudwatchlogs", "logs"}, []string{"CreateLogStream", "PutLogEvents"}, "with the log driver awslogs the execution role writes the logs, not the application"},
		{"events", "Amazon EventBridge", []string{"eventbridge", "cloudwatchevents"}, []string{"PutEvents"}, narrow},
		{"states", "AWS Step Functions", []string{"sfn", "stepfunctions"}, []string{"StartExecution", "DescribeExecution"}, narrow},
		{"ecr", "Amazon ECR", []string{"ecr"}, []string{"GetAuthorizationToken", "BatchGetImage", "GetDownloadUrlForLayer"}, "pulling the task's own image is the execution role's"},
		{"rds-db", "Amazon RDS, IAM authentication", []string{"rds"}, []string{"connect"}, "only where the database is reached with IAM tokens instead of a password"},
		{"elasticache", "Amazon ElastiCache", []string{"elasticache"}, []string{"Connect"}, "only where IAM authentication is on; a Redis client with a password needs none"},
		{"es", "Amazon OpenSearch Service", []string{"opensearch", "elasticsearch", "elasticsearchservice", "opensearchservice"}, []string{"ESHttpGet", "ESHttpPost", "ESHttpPut"}, narrow},
		{"cognito-idp", "Amazon Cognito user pools", []string{"cognitoidentityprovider", "cognitoidp"}, []string{"AdminInitiateAuth", "AdminGetUser"}, "what clients call without credentials needs no action"},
		{"textract", "Amazon Textract", []string{"textract"}, []string{"DetectDocumentText", "AnalyzeDocument"}, ""},
		{"rekognition", "Amazon Rekognition", []string{"rekognition"}, []string{"DetectLabels", "DetectText"}, ""},
		{"comprehend", "Amazon Comprehend", []string{"comprehend"}, []string{"DetectSentiment", "DetectEntities"}, ""},
		{"translate", "Amazon Translate", []string{"translate"}, []string{"TranslateText"}, ""},
		{"polly", "Amazon Polly", []string{"polly"}, []string{"SynthesizeSpeech"}, ""},
		{"bedrock", "Amazon Bedrock", []string{"bedrock", "bedrockruntime"}, []string{"InvokeModel"}, "name the models in the policy"},
		{"glue", "AWS Glue", []string{"glue", "schema-registry-serde"}, []string{"GetSchemaVersion", "GetSchemaByDefinition"}, ""},
		{"athena", "Amazon Athena", []string{"athena"}, []string{"StartQueryExecution", "GetQueryExecution", "GetQueryResults"}, "it also needs Glue's catalogue and the bucket of the results"},
		{"appconfig", "AWS AppConfig", []string{"appconfig", "appconfigdata"}, []string{"StartConfigurationSession", "GetLatestConfiguration"}, narrow},
		{"xray", "AWS X-Ray", []string{"xray"}, []string{"PutTraceSegments", "PutTelemetryRecords"}, ""},
		{"mobiletargeting", "Amazon Pinpoint", []string{"pinpoint"}, []string{"SendMessages"}, narrow},
		{"iot", "AWS IoT Core", []string{"iot", "iotdataplane"}, []string{"Publish"}, "devices connect with certificates, which need no role"},
		{"kafka-cluster", "Amazon MSK, IAM authentication", []string{"kafka", "msk-iam-auth"}, []string{"Connect", "DescribeTopic", "ReadData", "WriteData", "DescribeGroup", "AlterGroup"}, "only where clients log in by IAM"},
		{"servicediscovery", "AWS Cloud Map", []string{"servicediscovery"}, []string{"DiscoverInstances"}, ""},
		{"route53", "Amazon Route 53", []string{"route53"}, []string{"ListResourceRecordSets"}, "changes of records are left out"},
		{"ec2", "Amazon EC2", []string{"ec2"}, []string{"DescribeInstances"}, "often only asked for other members of a cluster, which a task cannot find so"},
		{"cloudfront", "Amazon CloudFront", []string{"cloudfront"}, []string{"CreateInvalidation"}, "signing URLs needs a key, no action"},
		{"timestream", "Amazon Timestream", []string{"timestreamwrite", "timestreamquery"}, []string{"WriteRecords", "DescribeEndpoints", "Select"}, narrow},
		{"batch", "AWS Batch", []string{"batch"}, []string{"SubmitJob", "DescribeJobs"}, narrow},
		{"ecs", "Amazon ECS", []string{"ecs"}, []string{"DescribeTasks", "ListTasks"}, ""},
		{"cassandra", "Amazon Keyspaces", []string{"keyspaces"}, []string{"Select", "Modify"}, narrow},
		{"sagemaker", "Amazon SageMaker", []string{"sagemaker", "sagemakerruntime"}, []string{"InvokeEndpoint"}, narrow},
		{"transfer", "AWS Transfer Family", []string{"transfer"}, nil, "SFTP itself needs no action"},
		{"swf", "Amazon SWF", []string{"swf", "simpleworkflow"}, []string{"PollForDecisionTask", "PollForActivityTask", "RespondActivityTaskCompleted", "RespondDecisionTaskCompleted"}, narrow},
		{"scheduler", "Amazon EventBridge Scheduler", []string{"scheduler"}, []string{"CreateSchedule", "GetSchedule"}, narrow},
	}
}

// hostPrefixes are the services whose host names differ from the prefixes of their actions.
func hostPrefixes() map[string]string {
	return map[string]string{
		"email": "ses", "monitoring": "cloudwatch", "streams": "dynamodb", "entitlement": "aws-marketplace", "runtime": "sagemaker", "bedrock-runtime": "bedrock", "dkr": "ecr", "api": "ecr",
		"ingest": "timestream", "query": "timestream", "pinpoint": "mobiletargeting", "kafka": "kafka-cluster", "execute-api": "execute-api", "sts": "sts",
	}
}
