use serde_json::json;
use tollgate_sdk::describe;

use super::*;
use crate::organization::{Organization, selected};

/// Root: Security, Workloads/Production with an account in each; one policy at the root, one at Workloads.
fn tree() -> Tree {
    let arn = |what: &str| format!("arn:aws:organizations::111111111111:{what}");
    let roots = selected::roots(
        &json!({ "Roots": [{ "Id": "r-1", "Arn": arn("root/o-1/r-1"), "Name": "Root", "PolicyTypes": [
        { "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" },
        { "Type": "TAG_POLICY", "Status": "PENDING_DISABLE" },
    ] }] }),
    );
    assert_eq!(roots[0].policy_types, ["SERVICE_CONTROL_POLICY"]);
    let unit =
        |id: &str, name: &str| json!({ "OrganizationalUnits": [{ "Id": id, "Arn": arn(id), "Name": name }] });
    let account = |id: &str, name: &str| json!({ "Accounts": [{ "Id": id, "Arn": arn(id), "Name": name, "State": "ACTIVE", "Status": "ACTIVE" }] });
    let mut tree = Tree { units: roots, ..Tree::default() };
    for (parent, id, name) in [(0, "ou-2", "Workloads"), (0, "ou-1", "Security"), (1, "ou-3", "Production")] {
        let parent = tree.units[parent].as_parent();
        tree.units.extend(selected::units(&unit(id, name)).into_iter().map(|unit| unit.in_parent(&parent)));
    }
    for (parent, id, name) in [(3, "222222222222", "payments"), (2, "333333333333", "audit")] {
        let parent = tree.units[parent].as_parent();
        tree.members.extend(
            selected::members(&account(id, name)).into_iter().map(|member| member.in_parent(&parent)),
        );
    }
    tree
}

fn policies(targets: &[(&str, &[(&str, &str)])]) -> Policies {
    let policy = |name: &str| {
        json!({
            "Id": format!("p-{name}"), "Arn": format!("arn:{name}"), "Name": name, "Description": "",
            "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": name == "full",
        })
    };
    let output = json!({ "Policies": targets.iter().map(|(name, _)| policy(name)).collect::<Vec<_>>() });
    let mut all = selected::policies(&output);
    for (policy, (_, targets)) in all.iter_mut().zip(targets) {
        let attached = |(id, name): &(&str, &str)| organization::Attached {
            id: (*id).to_owned(),
            name: (*name).to_owned(),
        };
        policy.targets = Some(targets.iter().map(attached).collect());
    }
    Policies { all, ..Policies::default() }
}

fn rows(kinds: &[Kind], policies: &Policies) -> Vec<Entity> {
    let organization = Organization { id: "o-1".to_owned(), management: "111111111111".to_owned() };
    entities(kinds, &organization, &tree(), policies)
}

#[test]
fn the_tree_is_told_by_its_paths_and_then_the_policies() {
    let policies = policies(&[
        ("full", &[("r-1", "Root"), ("ou-2", "Workloads"), ("222222222222", "payments")]),
        ("regions", &[("ou-2", "Workloads"), ("ou-9", "Elsewhere")]),
        ("unused", &[]),
    ]);
    let told: Vec<String> = rows(&[], &policies)
        .iter()
        .map(|row| {
            let names = |names: &Option<Vec<String>>| names.as_deref().unwrap_or_default().join("+");
            format!(
                "{:?} {} in {} | {} | inherits {} | on {}",
                row.kind,
                row.name,
                row.path.as_deref().unwrap_or("nothing"),
                names(&row.policies),
                names(&row.inherited_policies),
                names(&row.targets)
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    Root Root in nothing | full | inherits  | on 
    Ou Security in Root |  | inherits full | on 
    Ou Workloads in Root | full+regions | inherits full | on 
    Ou Production in Root/Workloads |  | inherits full+regions | on 
    Account audit in Root/Security |  | inherits full | on 
    Account payments in Root/Workloads/Production | full | inherits full+regions | on 
    Policy full in nothing |  | inherits  | on Root+Root/Workloads+payments
    Policy regions in nothing |  | inherits  | on Root/Workloads+Elsewhere
    Policy unused in nothing |  | inherits  | on
    ");
}

#[test]
fn only_the_wanted_kinds_are_rows() {
    let kinds = |kinds: &[Kind]| {
        rows(kinds, &policies(&[("full", &[])])).iter().map(|row| row.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&[Kind::Ou]), [Kind::Ou; 3]);
    assert_eq!(kinds(&[Kind::Policy, Kind::Root]), [Kind::Root, Kind::Policy]);
}

#[test]
fn policies_that_nobody_asked_for_are_null() {
    let rows = rows(&[Kind::Account], &Policies::default());
    assert!(rows.iter().all(|row| row.policies.is_none() && row.inherited_policies.is_none()));
}

#[test]
fn aws_is_asked_only_for_what_the_call_wants() {
    let wanted = |kinds: &[Kind], fields: &[&str]| {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        let Wanted { tree, accounts, policies, targets } =
            Wanted::new(kinds, &ListQuery { fields, ..ListQuery::default() });
        [tree, accounts, policies, targets]
    };
    assert_eq!(wanted(&[], &[]), [true; 4]);
    assert_eq!(wanted(&[Kind::Ou], &["name", "path"]), [true, false, false, false]);
    assert_eq!(wanted(&[Kind::Ou], &["name", "policies"]), [true, false, true, true]);
    assert_eq!(wanted(&[Kind::Account], &["name"]), [true, true, false, false]);
    assert_eq!(wanted(&[Kind::Policy], &["name"]), [false, false, true, false]);
    assert_eq!(wanted(&[Kind::Policy], &["targets"]), [true, false, true, true]);
}

#[test]
fn clients_see_a_small_tool() {
    let tool = describe::<accounts_relationships>();
    insta::assert_snapshot!(tool.description, @"Lists the OU tree of the AWS organisation, its policies (SCPs, tag policies, …) and what they are attached to.");
    insta::assert_snapshot!(tool.input_schema["properties"]["kinds"], @r#"{"type":"array","items":{"type":"string","enum":["root","ou","account","policy"]},"description":"Default: all"}"#);
    insta::assert_snapshot!(tool.input_schema["properties"]["fields"]["description"], @r#""Default: kind, id, name, path, policies, targets; more: parent, state, type, inherited_policies, description, aws_managed, arn, organization""#);
    assert!(tool.hints.read_only && tool.hints.open_world);
}
