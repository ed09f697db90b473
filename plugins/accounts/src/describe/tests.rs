use tollgate_sdk::aws::ServiceError;
use tollgate_sdk::describe as tool_description;

use super::*;

/// What the host makes of an answer of AWS before it crosses.
fn selected(select: &str, output: &Value) -> Value {
    let selected =
        jmespath::compile(select).and_then(|select| select.search(output)).expect("the expression fits");
    serde_json::to_value(&*selected).expect("JSON")
}

fn denied() -> aws::Error {
    aws::Error::Service(ServiceError::new("AccessDenied", "You may not.", 403))
}

#[test]
fn figures_are_told_in_words() {
    let output = json!({ "SummaryMap": {
        "Users": 4, "Groups": 2, "Roles": 61, "Policies": 17, "Providers": 1, "MFADevices": 3,
        "MFADevicesInUse": 3, "AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0,
        "ServerCertificates": 0, "UsersQuota": 5000,
    } });
    insta::assert_snapshot!(selected(FIGURES, &output), @r#"{"groups":2,"identity_providers":1,"mfa_devices_in_use":3,"policies":17,"roles":61,"root_access_keys":0,"root_mfa":true,"server_certificates":0,"users":4}"#);
    let output = json!({ "SummaryMap": { "AccountMFAEnabled": 0, "AccountAccessKeysPresent": 1 } });
    let figures = selected(FIGURES, &output);
    assert_eq!((&figures["root_mfa"], &figures["root_access_keys"]), (&json!(false), &json!(1)));
}

#[test]
fn contacts_are_those_to_call_without_their_address() {
    let output = json!({ "ContactInformation": {
        "FullName": "Jane Roe", "CompanyName": "Example Corp", "PhoneNumber": "+1 555 0100",
        "AddressLine1": "1 Example Street", "City": "Exampleton", "PostalCode": "00000", "CountryCode": "US",
    } });
    insta::assert_snapshot!(selected(CONTACT, &output), @r#"{"company":"Example Corp","country":"US","name":"Jane Roe","phone":"+1 555 0100","website":null}"#);
    assert_eq!(selected(CONTACT, &json!({})), Value::Null);
    let output = json!({ "AlternateContact": {
        "Name": "On call", "Title": "SRE", "EmailAddress": "sre@example.com", "PhoneNumber": "+1 555 0101",
        "AlternateContactType": "OPERATIONS",
    } });
    insta::assert_snapshot!(selected(ALTERNATE_CONTACT, &output), @r#"{"email":"sre@example.com","name":"On call","phone":"+1 555 0101","title":"SRE"}"#);
}

#[test]
fn what_an_account_does_not_have_is_no_failure() {
    let error = |code| aws::Error::Service(ServiceError::new(code, "", 404));
    for code in ["ResourceNotFoundException", "NoSuchEntity", "AWSOrganizationsNotInUseException"] {
        assert!(is_absent(&error(code)), "{code}");
    }
    assert!(!is_absent(&denied()));
    assert_eq!(or_default(None), Some(json!("AWS default")));
    let own = json!({ "minimum_length": 14 });
    assert_eq!(or_default(Some(own.clone())), Some(own));
}

#[test]
fn a_part_that_is_denied_is_named_beside_the_others() {
    let mut parts = Parts::default();
    assert_eq!(parts.take("alias", Ok(Some("example-prod"))), Some("example-prod"));
    assert_eq!(parts.take("contact", Ok(None::<Value>)), None);
    assert_eq!(parts.take::<Value>("IAM figures", Err(denied())), None);
    let missing = parts.missing().expect("a part answered");
    assert_eq!(
        missing.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["AccessDenied: IAM figures: You may not."]
    );
}

#[test]
fn an_account_of_which_nothing_can_be_read_is_an_error() {
    let mut parts = Parts::default();
    assert_eq!(parts.take::<String>("alias", Err(denied())), None);
    assert_eq!(parts.missing(), Err(denied()));
}

#[test]
fn clients_see_a_small_tool() {
    let tool = tool_description::<accounts_describe>();
    insta::assert_snapshot!(tool.description, @"Describes one account that Tollgate can ask: alias, organisation, contacts, enabled regions, IAM figures (users, roles, root MFA and keys), password policy.");
    insta::assert_snapshot!(tool.input_schema, @r#"{"type":"object","properties":{"account":{"type":"string","description":"Name or id"}},"required":["account"],"additionalProperties":false}"#);
    assert!(tool.hints.read_only && tool.hints.open_world);
}
