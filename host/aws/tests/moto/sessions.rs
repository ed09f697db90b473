//! Sessions as moto gives them: of an MFA code, and of a role behind another.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use tollgate_aws::account::{Account, Target, standard_session_tags};
use tollgate_aws::credentials::{Mfa, MfaPrompt};
use tollgate_aws::grant::{Grant, Mode};
use tollgate_aws::{Client, Config, Principal};

use crate::judge::World;

/// A code, a role in between, and a role with all that can come with it: what is told is who we then are.
pub(crate) async fn are_given(world: &World) {
    let mut ids = world.accounts.keys();
    let (hub, last) = (ids.next().unwrap(), ids.next().unwrap());
    let role = |id: &str| format!("arn:aws:iam::{id}:role/{}", world.role);
    let account = Account {
        via: vec![role(hub)],
        role: Some(role(last)),
        external_id: Some("external".into()),
        duration_seconds: Some(900),
        source_identity: true,
        session_tags: standard_session_tags(),
        ..Account::new(last.parse().unwrap(), "last")
    };
    let serial = format!("arn:aws:iam::{hub}:mfa/jane");
    let prompt = MfaPrompt::new(|_| Box::pin(async { Ok("123456".into()) }));
    let keys = Credentials::new(&world.base.access_key_id, &world.base.secret_access_key, None, None, "test");
    let client = Client::new(Config {
        home_region: Some("us-east-1".to_owned()),
        endpoint_url: Some(world.endpoint.clone()),
        accounts: vec![account],
        base_credentials: Some(SharedCredentialsProvider::new(keys)),
        mfa: Some(Mfa { serial, prompt }),
        ..Config::default()
    })
    .unwrap();
    let named = vec!["sts:GetCallerIdentity".parse().unwrap()];
    let principal = Principal::new("jane@example.com", "test", Grant::new(Mode::ReadOnly, vec![named]));
    let target = Target { account: last.parse().unwrap(), region: "us-east-1".to_owned() };
    let identity = client.caller_identity(&principal, target).await.unwrap();
    let name = "tollgate-test-jane@example.com";
    assert_eq!(identity.arn, format!("arn:aws:sts::{last}:assumed-role/{}/{name}", world.role));
}
