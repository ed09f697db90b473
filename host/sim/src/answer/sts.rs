//! STS: roles are assumed and identities told as the organisation has them.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::{Call, object};
use crate::auth::{Identity, NewSession, Policy};
use crate::org::{OrgAccount, Trust};
use crate::problem::Problem;
use crate::world::AssumedRole;

/// The answers that no fixture can give; none: another operation.
pub(super) fn answer(call: &Call<'_>) -> Option<Result<Map<String, Value>, Problem>> {
    match (&*call.service.name, &*call.operation.name) {
        ("sts", "GetCallerIdentity") => {
            let Identity { account, arn, user_id, .. } = call.identity;
            Some(Ok(object(json!({ "UserId": user_id, "Account": account, "Arn": arn }))))
        }
        ("sts", "AssumeRole") => Some(assume_role(call)),
        _ => None,
    }
}

/// The user that the base credentials belong to.
pub(crate) fn identity_of_management(account: &str) -> Identity {
    Identity {
        account: account.to_owned(),
        arn: format!("arn:aws:iam::{account}:user/tollgate"),
        user_id: "AIDAEXAMPLEUSERID0001".to_owned(),
        policy: None,
    }
}

/// The organisation's roles trust its management account, and want their external id.
fn assume_role(call: &Call<'_>) -> Result<Map<String, Value>, Problem> {
    let organization = call.world.fixtures.organization();
    let text = |name: &str| call.text(name).unwrap_or_default();
    let (arn, name) = (text("RoleArn"), text("RoleSessionName"));
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&name.len()) || !name.chars().all(allowed) {
        return Err(invalid(&format!(
            "Value '{name}' at 'roleSessionName' failed to satisfy constraint: \
             Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        )));
    }
    let denied = |action: &str| Problem::Denied {
        who: call.identity.arn.clone(),
        action: action.to_owned(),
        resource: Some(arn.to_owned()),
    };
    // That a role does not exist and that it does not trust the caller are the same answer.
    let account = organization.account_of_role(arn).ok_or_else(|| denied("sts:AssumeRole"))?;
    let trusted = match account.trusts.as_slice() {
        [] => call.place.account == organization.management_account,
        accounts => accounts.contains(&call.place.account),
    };
    let wrong_id = account.external_id.as_deref().is_some_and(|expected| expected != text("ExternalId"));
    if !trusted || account.denied || wrong_id {
        return Err(denied("sts:AssumeRole"));
    }
    let tags = tags(call);
    for (action, sent, trust) in [
        ("sts:SetSourceIdentity", call.input.contains_key("SourceIdentity"), account.set_source_identity),
        ("sts:TagSession", !tags.is_empty(), account.tag_session),
    ] {
        let own = call.identity.policy.as_ref().is_none_or(|policy| policy.allows(action));
        match trust {
            Trust::Required if !sent => return Err(denied("sts:AssumeRole")),
            Trust::Refused if sent => return Err(denied(action)),
            _ if sent && !own => return Err(denied(action)),
            _ => {}
        }
    }
    let policy = call.text("Policy").map(session_policy).transpose()?;
    let duration = duration(call, account)?;
    let role = arn.rsplit_once('/').map_or(arn, |(_, role)| role);
    let assumed = format!("arn:aws:sts::{}:assumed-role/{role}/{name}", account.id);
    let user_id = format!("AROAEXAMPLE{:0>10}:{name}", &account.id[account.id.len().saturating_sub(10)..]);
    let expires = SystemTime::now() + duration;
    let session = call.world.keys.session(NewSession {
        identity: Identity {
            account: account.id.clone(),
            arn: assumed.clone(),
            user_id: user_id.clone(),
            policy,
        },
        expires,
    });
    call.world.record(AssumedRole {
        role_arn: arn.to_owned(),
        session_name: name.to_owned(),
        external_id: call.text("ExternalId").map(str::to_owned),
        policy: call.text("Policy").map(str::to_owned),
        source_identity: call.text("SourceIdentity").map(str::to_owned),
        session_tags: tags,
        duration,
    });
    let output = json!({
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": unix_seconds(expires),
        },
        "AssumedRoleUser": { "AssumedRoleId": user_id, "Arn": assumed },
    });
    let mut output = object(output);
    if let Some(source) = call.input.get("SourceIdentity") {
        output.insert("SourceIdentity".to_owned(), source.clone());
    }
    Ok(output)
}

/// Reads a session policy, which AWS takes up to 2,048 characters of.
fn session_policy(text: &str) -> Result<Policy, Problem> {
    if text.chars().count() > 2048 {
        return Err(invalid(
            "Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to 2048",
        ));
    }
    Policy::parse(text).map_err(|reason| {
        Problem::service(400, "MalformedPolicyDocument", format!("{reason} (in this simulator)"))
    })
}

/// The session tags of a request.
fn tags(call: &Call<'_>) -> Vec<(String, String)> {
    let tags = call.input.get("Tags").and_then(Value::as_array).into_iter().flatten();
    let text = |tag: &Value, name: &str| tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    tags.map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect()
}

/// How long the session is good: as asked, within the role's bounds, but no longer than the simulator's own limit.
fn duration(call: &Call<'_>, account: &OrgAccount) -> Result<Duration, Problem> {
    let asked = call.input.get("DurationSeconds").and_then(Value::as_i64).unwrap_or(3600);
    if asked < 900 {
        return Err(invalid(&format!(
            "Value '{asked}' at 'durationSeconds' failed to satisfy constraint: \
             Member must have value greater than or equal to 900"
        )));
    }
    if asked > 3600 && call.identity.arn.contains(":assumed-role/") {
        return Err(Problem::service(
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if asked > i64::from(account.max_session_seconds.unwrap_or(3600)) {
        return Err(Problem::service(
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    let asked = Duration::from_secs(asked.unsigned_abs());
    Ok(call.world.longest_session.map_or(asked, |longest| longest.min(asked)))
}

/// Whole seconds, as STS gives them.
fn unix_seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn invalid(what: &str) -> Problem {
    Problem::service(400, "ValidationError", format!("1 validation error detected: {what}"))
}
