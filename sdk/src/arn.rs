//! Amazon Resource Names.

/// An Amazon Resource Name, for tools that take one in place of an id.
///
/// ```
/// use tollgate_sdk::Arn;
///
/// let arn = Arn::parse("arn:aws:rds:eu-west-1:222233334444:cluster:orders").expect("an ARN");
/// assert_eq!((arn.service.as_str(), arn.resource.as_str()), ("rds", "cluster:orders"));
/// assert_eq!(Arn::parse("orders"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arn {
    /// The service, for example `rds`.
    pub service: String,
    /// The region; empty where the service has none.
    pub region: String,
    /// The account id; empty for what belongs to no account.
    pub account: String,
    /// What the service calls the resource: type and id, with `:` or `/` between them.
    pub resource: String,
}

impl Arn {
    /// Reads an ARN; none where the text is something else, such as an id.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':').map(str::to_owned);
        if parts.next()? != "arn" {
            return None;
        }
        let _partition = parts.next()?;
        let (service, region, account) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { service, region, account, resource: parts.next()? })
    }
}
