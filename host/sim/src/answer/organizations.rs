//! AWS Organizations: accounts, units, policies and delegated administrators, as `accounts.json` has them.

use serde_json::{Map, Value, json};

use super::{Call, object};
use crate::org::{OrgAccount, OrgPolicy, OrgUnit, Organization, ROOT_ID};
use crate::problem::Problem;

/// The id of the organisation.
const ID: &str = "o-exampleorg1";

/// What an account may ask that is neither the management account nor a delegated administrator.
const OF_MEMBERS: [&str; 2] = ["DescribeOrganization", "ListHandshakesForAccount"];

/// Whether the account may ask at all. A delegated administrator of whichever service may read everything.
pub(super) fn check_caller(call: &Call<'_>) -> Result<(), Problem> {
    let organization = call.world.fixtures.organization();
    let account = &call.place.account;
    let delegated =
        organization.account(account).is_some_and(|account| !account.delegated_services.is_empty());
    let reads = call.operation.access.is_read_only();
    if *account == organization.management_account
        || (delegated && reads)
        || OF_MEMBERS.contains(&&*call.operation.name)
    {
        return Ok(());
    }
    Err(Problem::service(400, "AccessDeniedException", "You don't have permissions to access this resource."))
}

/// What follows from the organisation; none: another operation.
pub(super) fn answer(call: &Call<'_>) -> Result<Option<Map<String, Value>>, Problem> {
    let organization = call.world.fixtures.organization();
    let told = Told { organization, management: &organization.management_account };
    let id = |member: &str| call.text(member).unwrap_or_default();
    let output = match &*call.operation.name {
        "DescribeAccount" => json!({ "Account": told.account(told.find_account(id("AccountId"))?) }),
        "DescribeOrganization" => json!({ "Organization": told.organization() }),
        "DescribeOrganizationalUnit" => {
            json!({ "OrganizationalUnit": told.unit(told.find_unit(id("OrganizationalUnitId"))?) })
        }
        "ListAccounts" => {
            json!({ "Accounts": organization.accounts.iter().map(|account| told.account(account)).collect::<Vec<_>>() })
        }
        "ListAccountsForParent" => json!({ "Accounts": told.accounts_in(told.parent(id("ParentId"))?) }),
        "ListDelegatedAdministrators" => {
            json!({ "DelegatedAdministrators": told.administrators(call.text("ServicePrincipal")) })
        }
        "ListDelegatedServicesForAccount" => told.delegated_services(id("AccountId"))?,
        "ListOrganizationalUnitsForParent" => {
            json!({ "OrganizationalUnits": told.units_in(told.parent(id("ParentId"))?) })
        }
        "ListParents" => told.parents(id("ChildId"))?,
        "ListPolicies" => {
            json!({ "Policies": told.policies(|policy| policy.kind == id("Filter")) })
        }
        "ListPoliciesForTarget" => {
            let target = told.target(id("TargetId"))?;
            let attached = |policy: &OrgPolicy| {
                policy.kind == id("Filter") && policy.targets.iter().any(|id| id == target)
            };
            json!({ "Policies": told.policies(attached) })
        }
        "ListRoots" => json!({ "Roots": [told.root()] }),
        "ListTagsForResource" => json!({ "Tags": told.tags(told.target(id("ResourceId"))?) }),
        "ListTargetsForPolicy" => told.targets(id("PolicyId"))?,
        _ => return Ok(None),
    };
    Ok(Some(object(output)))
}

/// The organisation in the words of its API.
struct Told<'a> {
    organization: &'a Organization,
    management: &'a str,
}

impl<'a> Told<'a> {
    fn arn(&self, resource: &str) -> String {
        format!("arn:aws:organizations::{}:{resource}", self.management)
    }

    fn organization(&self) -> Value {
        json!({
            "Id": ID,
            "Arn": self.arn(&format!("organization/{ID}")),
            "FeatureSet": "ALL",
            "MasterAccountArn": self.arn(&format!("account/{ID}/{}", self.management)),
            "MasterAccountId": self.management,
            "MasterAccountEmail": "aws+management@example.com",
        })
    }

    fn account(&self, account: &OrgAccount) -> Value {
        json!({
            "Id": account.id,
            "Arn": self.arn(&format!("account/{ID}/{}", account.id)),
            "Email": format!("aws+{}@example.com", account.name),
            "Name": account.name,
            "Status": "ACTIVE",
            "State": "ACTIVE",
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": JOINED,
        })
    }

    fn root(&self) -> Value {
        let mut types: Vec<&str> =
            self.organization.policies.iter().map(|policy| policy.kind.as_str()).collect();
        types.sort_unstable();
        types.dedup();
        let types: Vec<Value> =
            types.into_iter().map(|kind| json!({ "Type": kind, "Status": "ENABLED" })).collect();
        let arn = self.arn(&format!("root/{ID}/{ROOT_ID}"));
        json!({ "Id": ROOT_ID, "Arn": arn, "Name": "Root", "PolicyTypes": types })
    }

    fn unit(&self, unit: &OrgUnit) -> Value {
        json!({ "Id": unit.id, "Arn": self.arn(&format!("ou/{ID}/{}", unit.id)), "Name": unit.name })
    }

    fn units_in(&self, parent: &str) -> Vec<Value> {
        let units = self.organization.organizational_units.iter();
        units.filter(|unit| of(&unit.parent) == parent).map(|unit| self.unit(unit)).collect()
    }

    fn accounts_in(&self, parent: &str) -> Vec<Value> {
        let accounts = self.organization.accounts.iter();
        accounts
            .filter(|account| of(&account.parent) == parent)
            .map(|account| self.account(account))
            .collect()
    }

    fn parents(&self, child: &str) -> Result<Value, Problem> {
        let account = self.organization.account(child).map(|account| of(&account.parent));
        let parent = account.or_else(|| Some(of(&self.find_unit(child).ok()?.parent)));
        let parent =
            parent.ok_or_else(|| missing("ChildNotFoundException", "an organizational unit or account"))?;
        let kind = if parent == ROOT_ID { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
        Ok(json!({ "Parents": [{ "Id": parent, "Type": kind }] }))
    }

    fn administrators(&self, service: Option<&str>) -> Vec<Value> {
        let of_service = |account: &&OrgAccount| match service {
            Some(service) => account.delegated_services.iter().any(|delegated| delegated == service),
            None => !account.delegated_services.is_empty(),
        };
        let told = |account: &OrgAccount| {
            let mut told = object(self.account(account));
            told.insert("DelegationEnabledDate".to_owned(), JOINED.into());
            Value::Object(told)
        };
        self.organization.accounts.iter().filter(of_service).map(told).collect()
    }

    fn delegated_services(&self, account: &str) -> Result<Value, Problem> {
        let services = &self.find_account(account)?.delegated_services;
        if services.is_empty() {
            let text =
                "The provided account is not a registered delegated administrator for your organization.";
            return Err(Problem::service(400, "AccountNotRegisteredException", text));
        }
        let told = |service| json!({ "ServicePrincipal": service, "DelegationEnabledDate": JOINED });
        Ok(json!({ "DelegatedServices": services.iter().map(told).collect::<Vec<_>>() }))
    }

    fn policies(&self, wanted: impl Fn(&OrgPolicy) -> bool) -> Vec<Value> {
        let told = |policy: &OrgPolicy| {
            let kind = policy.kind.to_ascii_lowercase();
            json!({
                "Id": policy.id,
                "Arn": match policy.aws_managed {
                    true => format!("arn:aws:organizations::aws:policy/{kind}/{}", policy.id),
                    false => self.arn(&format!("policy/{ID}/{kind}/{}", policy.id)),
                },
                "Name": policy.name,
                "Description": policy.description,
                "Type": policy.kind,
                "AwsManaged": policy.aws_managed,
            })
        };
        self.organization.policies.iter().filter(|policy| wanted(policy)).map(told).collect()
    }

    fn targets(&self, policy: &str) -> Result<Value, Problem> {
        let policy = self.organization.policies.iter().find(|found| found.id == policy);
        let policy = policy.ok_or_else(|| missing("PolicyNotFoundException", "a policy"))?;
        let told = |id: &String| {
            let (kind, told) = match (self.organization.account(id), self.find_unit(id)) {
                (Some(account), _) => ("ACCOUNT", self.account(account)),
                (None, Ok(unit)) => ("ORGANIZATIONAL_UNIT", self.unit(unit)),
                (None, Err(_)) => ("ROOT", self.root()),
            };
            json!({ "TargetId": id, "Arn": told["Arn"], "Name": told["Name"], "Type": kind })
        };
        Ok(json!({ "Targets": policy.targets.iter().map(told).collect::<Vec<_>>() }))
    }

    /// The tags of an account; nothing else has any.
    fn tags(&self, id: &str) -> Vec<Value> {
        let tags = self.organization.account(id).map(|account| &account.tags);
        let pair = |(key, value)| json!({ "Key": key, "Value": value });
        tags.into_iter().flatten().map(pair).collect()
    }

    fn find_account(&self, id: &str) -> Result<&'a OrgAccount, Problem> {
        self.organization.account(id).ok_or_else(|| missing("AccountNotFoundException", "an account"))
    }

    fn find_unit(&self, id: &str) -> Result<&'a OrgUnit, Problem> {
        let unit = self.organization.organizational_units.iter().find(|unit| unit.id == id);
        unit.ok_or_else(|| missing("OrganizationalUnitNotFoundException", "an organizational unit"))
    }

    /// The id, if it is one of the root or of a unit.
    fn parent<'b>(&self, id: &'b str) -> Result<&'b str, Problem> {
        match id == ROOT_ID || self.find_unit(id).is_ok() {
            true => Ok(id),
            false => Err(missing("ParentNotFoundException", "a parent")),
        }
    }

    /// The id, if it is one of anything.
    fn target<'b>(&self, id: &'b str) -> Result<&'b str, Problem> {
        let policy = || self.organization.policies.iter().any(|policy| policy.id == id);
        match self.parent(id).is_ok() || self.organization.account(id).is_some() || policy() {
            true => Ok(id),
            false => Err(missing("TargetNotFoundException", "a root, OU, account, or policy")),
        }
    }
}

/// When every account came into the organisation.
const JOINED: &str = "2023-03-01T09:00:00Z";

/// The id of what something is in.
fn of(parent: &Option<String>) -> &str {
    parent.as_deref().unwrap_or(ROOT_ID)
}

fn missing(code: &str, what: &str) -> Problem {
    Problem::service(400, code, format!("You specified {what} that doesn't exist."))
}
