use super::*;

fn service(name: &str, variable: &str) -> Service {
    let json = serde_json::json!({
        "name": name, "service_id": "X", "full_name": "X", "api_version": "1", "protocol": "aws-query",
        "endpoint_prefix": "x", "signing_name": "x", "endpoint_variable": variable,
        "operations": {}, "shapes": [],
    });
    serde_json::from_value(json).unwrap()
}

fn of(environment: &[(&str, &str)]) -> Result<Settings, EndpointError> {
    Settings::from_environment(&environment.iter().copied().collect())
}

async fn with(environment: &[(&str, &str)], file: &str) -> Result<Settings, EndpointError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, file).unwrap();
    let files = [("AWS_CONFIG_FILE", path.to_str().unwrap())].into_iter().collect();
    of(environment)?.with_profile(Arc::new(Profile::load(&files).await?))
}

#[test]
fn a_service_of_its_own_comes_before_the_rest() {
    let settings = of(&[
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:5000"),
        ("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", "http://127.0.0.1:5001/elb"),
        ("AWS_ENDPOINT_URL_S3", ""),
        ("AWS_USE_FIPS_ENDPOINT", "True"),
        ("HOME", "not a url"),
    ])
    .unwrap();
    let (ec2, s3) = (service("ec2", "EC2"), service("s3", "S3"));
    let elb = service("elbv2", "ELASTIC_LOAD_BALANCING_V2");
    assert_eq!(settings.endpoint_url(&ec2).unwrap(), Some("http://127.0.0.1:5000"));
    assert_eq!(settings.endpoint_url(&s3).unwrap(), Some("http://127.0.0.1:5000"));
    assert_eq!(settings.endpoint_url(&elb).unwrap(), Some("http://127.0.0.1:5001/elb"));
    assert!(settings.fips() && !settings.dual_stack(&ec2));
    assert!(!settings.clone().with_fips(false).fips());

    let configured = settings.with_endpoint_url("https://localhost:4566/").unwrap();
    assert_eq!(configured.endpoint_url(&elb).unwrap(), Some("https://localhost:4566/"));
    let configured = configured.with_service_url("elbv2", "http://elb").unwrap();
    assert_eq!(configured.endpoint_url(&elb).unwrap(), Some("http://elb"));
    assert_eq!(configured.endpoint_url(&ec2).unwrap(), Some("https://localhost:4566/"));
}

#[tokio::test]
async fn the_environment_comes_before_the_profile() {
    let file = "[default]\nendpoint_url = http://profile\nservices = local\nuse_fips_endpoint = true\n\
        [services local]\ns3 =\n  endpoint_url = http://profile-s3\n";
    let (ec2, s3) = (service("ec2", "EC2"), service("s3", "S3"));
    let alone = with(&[], file).await.unwrap();
    assert_eq!(alone.endpoint_url(&ec2).unwrap(), Some("http://profile"));
    assert_eq!(alone.endpoint_url(&s3).unwrap(), Some("http://profile-s3"));
    assert!(alone.fips());
    let both = with(&[("AWS_ENDPOINT_URL", "http://env"), ("AWS_USE_FIPS_ENDPOINT", "false")], file).await;
    let both = both.unwrap();
    assert_eq!(both.endpoint_url(&s3).unwrap(), Some("http://env"), "even one for all services");
    assert!(!both.fips());
    let one = with(&[("AWS_ENDPOINT_URL_EC2", "http://env-ec2")], file).await.unwrap();
    assert_eq!(one.endpoint_url(&ec2).unwrap(), Some("http://env-ec2"));
    assert_eq!(one.endpoint_url(&s3).unwrap(), Some("http://profile-s3"));
}

#[tokio::test]
async fn environment_and_profile_can_be_told_to_be_quiet() {
    let ec2 = service("ec2", "EC2");
    let urls = [("AWS_ENDPOINT_URL", "http://env"), ("AWS_ENDPOINT_URL_EC2", "http://env-ec2")];
    let loud = "[default]\nendpoint_url = http://profile\n";
    let quiet = format!("{loud}ignore_configured_endpoint_urls = true\n");
    let settings = with(&urls, &quiet).await.unwrap();
    assert_eq!(settings.endpoint_url(&ec2).unwrap(), None);
    let configured = settings.with_endpoint_url("http://127.0.0.1:1").unwrap();
    assert_eq!(configured.endpoint_url(&ec2).unwrap(), Some("http://127.0.0.1:1"));

    let settings = with(&[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")], loud).await.unwrap();
    assert_eq!(settings.endpoint_url(&ec2).unwrap(), None);
    let settings = with(&[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false")], &quiet).await.unwrap();
    assert_eq!(settings.endpoint_url(&ec2).unwrap(), Some("http://profile"));
}

#[tokio::test]
async fn s3_and_sts_have_settings_of_their_own() {
    let (ec2, s3) = (service("ec2", "EC2"), service("s3", "S3"));
    let file = "[default]\nsts_regional_endpoints = legacy\nuse_dualstack_endpoint = false\n\
        s3 =\n  addressing_style = virtual\n  use_dualstack_endpoint = true\n  use_arn_region = false\n  \
        us_east_1_regional_endpoint = legacy\n";
    let settings = with(&[], file).await.unwrap();
    assert!(settings.sts_global() && settings.s3_global());
    assert!(settings.dual_stack(&s3) && !settings.dual_stack(&ec2));
    assert!(!settings.clone().with_dual_stack(false).dual_stack(&s3));
    assert!(!settings.s3_path_style(true) && !settings.s3_path_style(false));
    assert_eq!(settings.s3_use_arn_region(), Some(false));
    let path = with(&[], "[default]\ns3 =\n  addressing_style = path\n").await.unwrap();
    assert!(path.s3_path_style(false));
    let plain = with(&[("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "regional")], file).await.unwrap();
    assert!(!plain.s3_global());
    let plain = Settings::default();
    assert!(plain.s3_path_style(true) && !plain.s3_path_style(false) && !plain.sts_global());
}

#[test]
fn what_is_wrong_is_named_and_passwords_are_not() {
    let error = of(&[("AWS_ENDPOINT_URL_EC2", "localhost:5000")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "AWS_ENDPOINT_URL_EC2: `localhost:5000` is not an endpoint URL: it needs http or https, a host, and no query or user"
    );
    let error = of(&[("AWS_USE_DUALSTACK_ENDPOINT", "1")]).unwrap_err();
    assert_eq!(error.to_string(), "AWS_USE_DUALSTACK_ENDPOINT: expected `true` or `false`, not `1`");
    let error = Settings::default().with_endpoint_url("http://me:hunter2@example.com").unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    for url in ["", "/x", "ftp://a", "http://", "http://a?b", "http://a#b", "http://a b", "http://a:x"] {
        assert!(Settings::default().with_endpoint_url(url).is_err(), "{url}");
    }
}

#[tokio::test]
async fn what_is_wrong_in_the_profile_is_named() {
    let error = with(&[], "[default]\nendpoint_url = localhost\n").await.unwrap_err().to_string();
    assert!(error.starts_with("endpoint_url in the AWS profile \"default\": `localhost` is not"), "{error}");
    let error = with(&[], "[default]\ns3 =\n  addressing_style = dns\n").await.unwrap_err().to_string();
    assert_eq!(
        error,
        "s3.addressing_style in the AWS profile \"default\": expected `auto` or `virtual` or `path`, not `dns`"
    );
    let settings = with(&[], "[default]\nservices = x\n[services x]\nec2 =\n  endpoint_url = x:y\n").await;
    let error = settings.unwrap().endpoint_url(&service("ec2", "EC2")).unwrap_err().to_string();
    assert!(error.starts_with("services.ec2.endpoint_url in the AWS profile \"default\": `x:y`"), "{error}");
}
