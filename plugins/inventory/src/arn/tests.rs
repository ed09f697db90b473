use super::*;

fn parsed(arn: &str) -> Named {
    Named::parse(arn).unwrap_or_else(|| panic!("{arn}"))
}

#[test]
fn every_way_of_writing_a_resource_is_read() {
    let (ireland, us) = (Some("eu-west-1"), Some("us-east-1"));
    for (arn, kind, region, id) in [
        // type/id
        ("arn:aws:ec2:eu-west-1:111111111111:instance/i-1", "ec2:instance", ireland, "i-1"),
        ("arn:aws:ec2:eu-west-1::image/ami-1", "ec2:image", ireland, "ami-1"),
        ("arn:aws:dynamodb:eu-west-1:111111111111:table/orders", "dynamodb:table", ireland, "orders"),
        ("arn:aws:ecr:eu-west-1:111111111111:repository/team/web", "ecr:repository", ireland, "team/web"),
        ("arn:aws:ecs:eu-west-1:111111111111:service/main/web", "ecs:service", ireland, "main/web"),
        ("arn:aws:eks:eu-west-1:111111111111:nodegroup/main/a/0c1d", "eks:nodegroup", ireland, "main/a/0c1d"),
        ("arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab", "kms:key", ireland, "1234abcd-12ab"),
        (
            "arn:aws:cognito-identity:eu-west-1:111111111111:identitypool/eu-west-1:1a2b",
            "cognito-identity:identitypool",
            ireland,
            "eu-west-1:1a2b",
        ),
        (
            "arn:aws:cloudformation:eu-west-1:111111111111:stack/net/3b2d",
            "cloudformation:stack",
            ireland,
            "net/3b2d",
        ),
        // type:id
        ("arn:aws:lambda:eu-west-1:111111111111:function:pay", "lambda:function", ireland, "pay"),
        ("arn:aws:lambda:eu-west-1:111111111111:function:pay:7", "lambda:function", ireland, "pay:7"),
        ("arn:aws:rds:eu-west-1:111111111111:db:orders", "rds:db", ireland, "orders"),
        (
            "arn:aws:rds:eu-west-1:111111111111:cluster-snapshot:rds:orders-2026-01-01-00-00",
            "rds:cluster-snapshot",
            ireland,
            "rds:orders-2026-01-01-00-00",
        ),
        (
            "arn:aws:secretsmanager:eu-west-1:111111111111:secret:db/main-AbCdEf",
            "secretsmanager:secret",
            ireland,
            "db/main-AbCdEf",
        ),
        ("arn:aws:states:eu-west-1:111111111111:stateMachine:pay", "states:stateMachine", ireland, "pay"),
        (
            "arn:aws:logs:eu-west-1:111111111111:log-group:/aws/lambda/pay",
            "logs:log-group",
            ireland,
            "/aws/lambda/pay",
        ),
        (
            "arn:aws:logs:eu-west-1:111111111111:log-group:/aws/lambda/pay:*",
            "logs:log-group",
            ireland,
            "/aws/lambda/pay",
        ),
        (
            "arn:aws:autoscaling:eu-west-1:111111111111:autoScalingGroup:1a2b:autoScalingGroupName/web",
            "autoscaling:autoScalingGroup",
            ireland,
            "web",
        ),
        ("arn:aws:mq:eu-west-1:111111111111:broker:main:b-1", "mq:broker", ireland, "main:b-1"),
        // types of two parts
        (
            "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/web/50dc",
            "elasticloadbalancing:loadbalancer/app",
            ireland,
            "web/50dc",
        ),
        (
            "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener-rule/net/web/50dc/1/2",
            "elasticloadbalancing:listener-rule/net",
            ireland,
            "web/50dc/1/2",
        ),
        (
            "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/classic",
            "elasticloadbalancing:loadbalancer",
            ireland,
            "classic",
        ),
        (
            "arn:aws:elasticloadbalancing:eu-west-1:111111111111:targetgroup/web/73e2",
            "elasticloadbalancing:targetgroup",
            ireland,
            "web/73e2",
        ),
        (
            "arn:aws:wafv2:eu-west-1:111111111111:regional/webacl/front/1a2b",
            "wafv2:webacl",
            ireland,
            "front/1a2b",
        ),
        ("arn:aws:wafv2:us-east-1:111111111111:global/ipset/bad/1a2b", "wafv2:ipset", us, "bad/1a2b"),
        // with a slash in front
        ("arn:aws:apigateway:eu-west-1::/restapis/a1b2", "apigateway:restapis", ireland, "a1b2"),
        (
            "arn:aws:apigateway:eu-west-1::/apis/a1/stages/$default",
            "apigateway:apis",
            ireland,
            "a1/stages/$default",
        ),
        // a name alone
        ("arn:aws:s3:::logs", "s3:bucket", None, "logs"),
        ("arn:aws:sns:eu-west-1:111111111111:alarms", "sns:topic", ireland, "alarms"),
        ("arn:aws:sqs:eu-west-1:111111111111:jobs.fifo", "sqs:queue", ireland, "jobs.fifo"),
        ("arn:aws:codepipeline:eu-west-1:111111111111:build", "codepipeline:pipeline", ireland, "build"),
        ("arn:aws:codecommit:eu-west-1:111111111111:web", "codecommit:repository", ireland, "web"),
        ("arn:aws:nobody-knows:eu-west-1:111111111111:thing", "nobody-knows", ireland, "thing"),
        // a service with a name alone and others
        ("arn:aws:s3:eu-west-1:111111111111:accesspoint/web", "s3:accesspoint", ireland, "web"),
        ("arn:aws:s3:eu-west-1:111111111111:storage-lens/all", "s3:storage-lens", ireland, "all"),
        ("arn:aws:codepipeline:eu-west-1:111111111111:webhook:push", "codepipeline:webhook", ireland, "push"),
        // global
        ("arn:aws:iam::111111111111:role/team/deploy", "iam:role", None, "team/deploy"),
        ("arn:aws:cloudfront::111111111111:distribution/E1", "cloudfront:distribution", None, "E1"),
        ("arn:aws:route53:::hostedzone/Z1", "route53:hostedzone", None, "Z1"),
        (
            "arn:aws:globalaccelerator::111111111111:accelerator/1a2b",
            "globalaccelerator:accelerator",
            None,
            "1a2b",
        ),
        // other partitions
        ("arn:aws-cn:ec2:cn-north-1:111111111111:vpc/vpc-1", "ec2:vpc", Some("cn-north-1"), "vpc-1"),
        ("arn:aws-us-gov:s3:::logs", "s3:bucket", None, "logs"),
    ] {
        let named = parsed(arn);
        assert_eq!(
            (named.r#type.as_str(), named.region.as_deref(), named.id.as_str()),
            (kind, region, id),
            "{arn}"
        );
    }
}

#[test]
fn what_is_no_arn_is_none() {
    for text in [
        "",
        "arn",
        "arn:aws:ec2",
        "arn:aws:ec2:eu-west-1:111111111111",
        "arn:aws:ec2:eu-west-1:111111111111:",
        "arn:aws::eu-west-1:111111111111:x/y",
        "urn:aws:ec2:eu-west-1:111111111111:x/y",
        "i-1",
    ] {
        assert_eq!(Named::parse(text), None, "{text}");
    }
}

#[test]
fn nothing_that_anybody_writes_makes_it_panic() {
    for resource in
        ["/", "//", ":", "/:", "a/", "é/ü", "loadbalancer/app", "loadbalancer/app/", "loadbalancer/é/x"]
    {
        for service in ["elasticloadbalancing", "wafv2", "autoscaling", "logs", "s3"] {
            let arn = format!("arn:aws:{service}:eu-west-1:111111111111:{resource}");
            assert!(arn.contains(&parsed(&arn).id), "{arn}");
        }
    }
}
