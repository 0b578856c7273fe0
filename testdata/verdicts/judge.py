"""What botocore and moto say of the corpus' task definitions and services, for those that they can judge: {"file": "message"}, "" where they take it."""
import json
import sys


def by_botocore():
    import botocore.session
    from botocore.validate import ParamValidator

    ecs = botocore.session.get_session().get_service_model("ecs")
    operations = {"task.json": "RegisterTaskDefinition", "service.json": "CreateService"}

    def judge(base, document):
        report = ParamValidator().validate(document, ecs.operation_model(operations[base]).input_shape)
        return report.generate_report() if report.has_errors() else ""

    return judge, operations


def by_moto():
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
    from moto import mock_aws

    mock_aws().start()
    key = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
    client = boto3.client("ecs", region_name="eu-central-1", config=Config(parameter_validation=False), **key)

    def judge(_, document):
        try:
            client.register_task_definition(**document)
        except ClientError as refused:
            return refused.response["Error"]["Message"]
        except Exception:  # what its client cannot send, botocore is asked about
            return ""
        return ""

    return judge, ["task.json"]  # of a service the cluster and all that it names would have to be there


judge, bases = {"botocore": by_botocore, "moto": by_moto}[sys.argv[1]]()
said = {}
for case in json.load(open(sys.argv[2])):
    if case["base"] in bases:
        with open(case["file"]) as f:
            said[case["file"]] = judge(case["base"], json.load(f))
json.dump(said, sys.stdout)
