"""Queues, topics, events, and what watches them."""

import datetime
import json

from . import seed

REGION = "us-east-1"
THEN = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


@seed("sqs", REGION)
def sqs(client, ask, account, clients):
    for number in range(3):
        url = client.create_queue(
            QueueName=f"queue-{number}", Attributes={"VisibilityTimeout": "7"}, tags={"team": "web"}
        )["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody="text & <more>")
    ask("ListQueues", {"QueueNamePrefix": "queue-"})
    ask("GetQueueUrl", {"QueueName": "queue-1"})
    ask("GetQueueAttributes", {"QueueUrl": url, "AttributeNames": ["All"]})
    ask("ListQueueTags", {"QueueUrl": url})
    ask("GetQueueUrl", {"QueueName": "none"}, fails="AWS.SimpleQueueService.NonExistentQueue")
    ask("CreateQueue", {"QueueName": "queue-0", "Attributes": {"VisibilityTimeout": "7"}}, writes=True)


@seed("sns", REGION)
def sns(client, ask, account, clients):
    for number in range(3):
        topic = client.create_topic(Name=f"topic-{number}", Attributes={"DisplayName": "Ünï & <co>"})["TopicArn"]
    for number in range(101):
        client.subscribe(TopicArn=topic, Protocol="email", Endpoint=f"{number}@example.com")
    ask("ListTopics")
    ask("GetTopicAttributes", {"TopicArn": topic})
    ask("ListSubscriptionsByTopic", {"TopicArn": topic}, pages=2)
    ask("ListSubscriptions", fails="AccessDenied")
    ask("GetTopicAttributes", {"TopicArn": f"arn:aws:sns:{REGION}:{account}:none"}, fails="NotFound")
    attribute = {"AttributeName": "DisplayName", "AttributeValue": "a=b&c d+e%20é"}
    ask("SetTopicAttributes", {"TopicArn": topic, **attribute}, writes=True, empty=True, spaced=True)


@seed("events", REGION)
def events(client, ask, account, clients):
    for number in range(3):
        client.put_rule(Name=f"rule-{number}", EventPattern=json.dumps({"source": ["aws.ec2"]}), State="ENABLED")
    target = {"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:{account}:queue-0", "Input": '{"a": "b"}'}
    client.put_targets(Rule="rule-0", Targets=[target])
    ask("ListRules", {"Limit": 1}, pages=3)
    ask("DescribeRule", {"Name": "rule-0"})
    ask("ListTargetsByRule", {"Rule": "rule-0"})
    ask("DescribeEventBus")
    ask("DescribeRule", {"Name": "none"}, fails="ResourceNotFoundException")
    ask("PutRule", {"Name": "rule-3", "ScheduleExpression": "rate(5 minutes)"}, writes=True)


@seed("stepfunctions", REGION)
def stepfunctions(client, ask, account, clients):
    role = f"arn:aws:iam::{account}:role/states"
    definition = json.dumps({"StartAt": "End", "States": {"End": {"Type": "Succeed"}}})
    for number in range(3):
        made = client.create_state_machine(name=f"machine-{number}", definition=definition, roleArn=role)
    ask("ListStateMachines", {"maxResults": 1}, pages=3)
    ask("DescribeStateMachine", {"stateMachineArn": made["stateMachineArn"]})
    ask("DescribeStateMachine", {"stateMachineArn": made["stateMachineArn"] + "x"}, fails="StateMachineDoesNotExist")


@seed("logs", REGION)
def logs(client, ask, account, clients):
    for number in range(3):
        client.create_log_group(logGroupName=f"/app/{number}")
    client.put_retention_policy(logGroupName="/app/0", retentionInDays=7)
    client.create_log_stream(logGroupName="/app/0", logStreamName="stream/one")
    now = int(datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000)
    lines = [{"timestamp": now + number, "message": f"line {number} \x1b[31mred\x1b[0m ☃"} for number in range(5)]
    client.put_log_events(logGroupName="/app/0", logStreamName="stream/one", logEvents=lines)
    client.put_metric_filter(
        logGroupName="/app/0",
        filterName="errors",
        filterPattern="ERROR",
        metricTransformations=[{"metricName": "errors", "metricNamespace": "app", "metricValue": "1", "defaultValue": 0.5}],
    )
    ask("DescribeLogGroups", {"limit": 1}, pages=3)
    ask("DescribeLogStreams", {"logGroupName": "/app/0"})
    ask("DescribeMetricFilters", {"logGroupName": "/app/0"})
    ask("FilterLogEvents", {"logGroupName": "/app/0"})
    ask("DescribeLogStreams", {"logGroupName": "none"}, fails="ResourceNotFoundException")


@seed("cloudwatch", REGION)
def cloudwatch(client, ask, account, clients):
    for number in range(3):
        client.put_metric_alarm(
            AlarmName=f"alarm {number} <&>",
            MetricName="CPUUtilization",
            Namespace="AWS/EC2",
            Statistic="Average",
            Period=60,
            EvaluationPeriods=2,
            Threshold=90.5,
            ComparisonOperator="GreaterThanThreshold",
            Dimensions=[{"Name": "InstanceId", "Value": "i-1"}],
        )
    points = [
        {"MetricName": "load", "Timestamp": THEN + datetime.timedelta(minutes=number), "Value": number * 1.5, "Unit": "Percent"}
        for number in range(5)
    ]
    client.put_metric_data(Namespace="app", MetricData=points)
    client.put_dashboard(DashboardName="board", DashboardBody=json.dumps({"widgets": []}))
    ask("DescribeAlarms", {"MaxRecords": 2})
    ask("ListMetrics", {"Namespace": "app"})
    between = {"StartTime": "2026-01-02T03:00:00Z", "EndTime": "2026-01-02T04:00:00Z"}
    ask("GetMetricStatistics", {"Namespace": "app", "MetricName": "load", "Period": 60, "Statistics": ["Sum", "Maximum"], **between})
    metric = {"Metric": {"Namespace": "app", "MetricName": "load"}, "Period": 60, "Stat": "Average"}
    ask("GetMetricData", {"MetricDataQueries": [{"Id": "load", "MetricStat": metric}], **between})
    ask("GetDashboard", {"DashboardName": "board"})
    ask("GetDashboard", {"DashboardName": "none"}, fails="ResourceNotFound")
    point = {"MetricName": "written", "Timestamp": "2026-01-02T03:04:05Z", "Value": 1.25}
    ask("PutMetricData", {"Namespace": "app", "MetricData": [point]}, writes=True, empty=True)
