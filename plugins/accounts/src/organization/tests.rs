use super::*;

const MANAGEMENT: &str = "111111111111";

fn organization() -> Organization {
    Organization { id: "o-1".to_owned(), management: MANAGEMENT.to_owned() }
}

fn account(id: &str, name: &str) -> Account {
    Account::new(id, name, vec!["us-east-1".to_owned()])
}

fn members() -> Vec<Account> {
    vec![
        account("222222222222", "production"),
        account(MANAGEMENT, "management"),
        account("333333333333", "security"),
    ]
}

fn service(code: &str) -> aws::Error {
    aws::Error::Service(ServiceError::new(code, "You may not.", 400))
}

fn names(accounts: &[&Account]) -> Vec<String> {
    accounts.iter().map(|account| account.name.clone()).collect()
}

#[test]
fn accounts_stand_under_their_organisation() {
    let other = Organization { id: "o-2".to_owned(), management: "999999999999".to_owned() };
    let mut answers: Vec<_> = members().into_iter().map(|account| (account, Ok(organization()))).collect();
    answers.push((account("999999999999", "other"), Ok(other.clone())));
    answers.push((account("444444444444", "alone"), Err(service("AWSOrganizationsNotInUseException"))));
    answers.push((account("555555555555", "locked"), Err(service(DENIED))));
    let found = Found::of(answers);
    assert_eq!(found.organizations[&organization()], members());
    assert_eq!(found.organizations[&other][0].name, "other");
    assert_eq!((found.alone, found.failures[0].0.name.as_str()), (1, "locked"));
    assert_eq!(found.check(), Ok(()));
}

#[test]
fn accounts_that_all_stand_alone_are_an_error() {
    let alone = |name| (account("444444444444", name), Err(service("AWSOrganizationsNotInUseException")));
    let error = Found::of(vec![alone("one"), alone("two")]).check().expect_err("there is no organisation");
    insta::assert_snapshot!(error, @"none of the accounts asked (2) belongs to an AWS organisation; accounts_list has what Tollgate can ask");
}

#[test]
fn who_may_read_is_asked_first() {
    let members = members();
    let (first, others) = organization().candidates(&members, None);
    assert_eq!(
        (names(&first), names(&others)),
        (vec!["management".to_owned()], vec!["production".to_owned(), "security".to_owned()])
    );
    let (first, others) = organization().candidates(&members, Some("333333333333"));
    assert_eq!(
        (names(&first), names(&others)),
        (vec!["security".to_owned(), "management".to_owned()], vec!["production".to_owned()])
    );
}

#[test]
fn nobody_may_read_says_which_account_may() {
    let refused = |account: Account| (account, service(DENIED));
    let [production, management, security] = members().try_into().expect("three");
    let unregistered =
        organization().unreadable(vec![refused(production.clone()), refused(security.clone())]);
    let denied = organization().unreadable(vec![refused(production.clone()), refused(management)]);
    let throttled = (security, aws::Error::Throttled("still throttled".to_owned()));
    let throttled = organization().unreadable(vec![refused(production), throttled]);
    insta::assert_snapshot!([unregistered, denied, throttled].map(|error| error.to_string()).join("\n"), @"
    AccessDeniedException: none of the accounts asked (2) may read it, and its management account 111111111111 is not among them: ask with accounts all, register it as an [[account]] whose role may read Organizations, or make a registered one a delegated administrator of any service
    AccessDeniedException: its management account management: You may not.
    none of the accounts asked (2) may read it; security: still throttled
    ");
}

#[test]
fn the_reason_is_not_cut_in_the_answer() {
    let refused: Vec<_> =
        (0..500).map(|_| (account("222222222222", "production"), service(DENIED))).collect();
    let aws::Error::Service(error) = organization().unreadable(refused) else { panic!("a refusal") };
    assert!(error.message.len() <= 300, "{}", error.message.len());
}
