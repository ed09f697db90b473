//! What an ARN says of its resource.

use tollgate_sdk::Arn;

#[cfg(test)]
mod tests;

/// What an ARN names.
///
/// What follows the account is written in a dozen ways: `instance/i-1`, `function:name`, `log-group:/aws/lambda/f`,
/// `loadbalancer/app/web/50dc`, `/restapis/a1b2`, or a name alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// `ec2`.
    pub(crate) service: String,
    /// None for what is global, and for buckets.
    pub(crate) region: Option<String>,
    /// As the tagging API and Resource Explorer write it, `ec2:instance`; `sdb` where the ARN has no type.
    pub(crate) r#type: String,
    /// What follows the type: `i-1`, `web/50dc`.
    pub(crate) id: String,
}

/// The services that write a name alone, and what it is the name of.
const NAME_ALONE: [(&str, &str); 5] = [
    ("codecommit", "repository"),
    ("codepipeline", "pipeline"),
    ("s3", "bucket"),
    ("sns", "topic"),
    ("sqs", "queue"),
];

impl Named {
    /// Reads an ARN; `None` where the text is something else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let Arn { service, region, resource, .. } = Arn::parse(text)?;
        if service.is_empty() || resource.is_empty() {
            return None;
        }
        let (kind, id) = kind_and_id(&service, &resource);
        Some(Self {
            r#type: kind.map_or_else(|| service.clone(), |kind| format!("{service}:{kind}")),
            id: id.to_owned(),
            region: Some(region).filter(|region| !region.is_empty()),
            service,
        })
    }
}

/// The type that is not written in the ARNs of a service.
pub(crate) fn unwritten_type(service: &str) -> Option<&'static str> {
    NAME_ALONE.iter().find(|(known, _)| *known == service).map(|(_, kind)| *kind)
}

fn kind_and_id<'a>(service: &str, resource: &'a str) -> (Option<&'a str>, &'a str) {
    // API Gateway and a few others begin with a slash.
    let resource = resource.strip_prefix('/').filter(|rest| !rest.is_empty()).unwrap_or(resource);
    let Some(end) = resource.find(['/', ':']) else { return (unwritten_type(service), resource) };
    let (kind, id) = (&resource[..end], &resource[end + 1..]);
    let (kind, id) = match (service, kind) {
        // The kind of load balancer is part of the type.
        ("elasticloadbalancing", "loadbalancer" | "listener" | "listener-rule") => match id.split_once('/') {
            Some(("app" | "net" | "gwy", _)) => split_at(resource, end + 4).unwrap_or((kind, id)),
            _ => (kind, id),
        },
        // Where a web ACL belongs stands before its type.
        ("wafv2", "regional" | "global") => id.split_once('/').unwrap_or((kind, id)),
        // autoScalingGroup:<uuid>:autoScalingGroupName/<name>
        ("autoscaling", _) => match id.split_once("Name/") {
            Some((_, name)) => (kind, name),
            None => (kind, id),
        },
        // With :* the log group stands for its streams.
        ("logs", _) => (kind, id.strip_suffix(":*").unwrap_or(id)),
        _ => (kind, id),
    };
    (Some(kind), id)
}

/// Both sides of the byte at a place.
fn split_at(text: &str, place: usize) -> Option<(&str, &str)> {
    Some((text.get(..place)?, text.get(place + 1..)?))
}
