//! What sounds like a secret: names of variables, keys of tags, members of structures.

/// Found anywhere in a name, without separators and letter case.
const PARTS: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "credential",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "authkey",
    "sharedkey",
    "signingkey",
    "licensekey",
    "connectionstring",
    "authorization",
    "bearer",
    "webhook",
];

/// Found as a word of its own: too short to look for anywhere.
const WORDS: [&str; 7] = ["pwd", "pass", "psk", "otp", "pin", "jwt", "dsn"];

/// Whether a name is one that secrets have. `aws:` begins the keys of tags that AWS sets, which hold none.
///
/// Answers have thousands of tags: most names are done with after one look at each of their letters.
pub(crate) fn sounds_secret(name: &str) -> bool {
    if name.starts_with("aws:") {
        return false;
    }
    let plain: Vec<u8> =
        name.bytes().filter(u8::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    let has_any = |parts: &[&str]| {
        (0..plain.len()).any(|at| parts.iter().any(|part| plain[at..].starts_with(part.as_bytes())))
    };
    let is_short = |word: &str| WORDS.iter().any(|short| word.eq_ignore_ascii_case(short));
    has_any(&PARTS) || (has_any(&WORDS) && words(name).any(is_short))
}

/// How names end, in words between spaces, that are about a secret and hold none: where it is, whether there
/// is one.
const REFERENCES: &str = "\
    arn arns id ids name names type types status state states url urls uri endpoint policy policies mode \
    role date time used count version versions behavior source provider providers expiration format \
    location header headers scopes audiences enabled reason description method methods path validity \
    units domain domains prefix jsonkey field fields list owner algorithm rotation number settings \
    changed modified required expiry";

/// What tokens are for, likewise, that open nothing: pages, retries, versions. `HttpTokens` is a setting of
/// EC2's metadata service.
const HARMLESS_TOKENS: &str = "\
    next page pagination continuation client request idempotency creation previous starting lock update \
    change revision version sequence forward backward conditional result http block purchase offer";

/// Whether a member of a structure is one that holds a secret.
pub(crate) fn member_sounds_secret(name: &str) -> bool {
    let plain = name.to_ascii_lowercase();
    let token = plain.strip_suffix("tokens").or_else(|| plain.strip_suffix("token"));
    sounds_secret(name)
        && !REFERENCES.split(' ').any(|end| plain.ends_with(end))
        && !token.is_some_and(|purpose| HARMLESS_TOKENS.split(' ').any(|end| purpose.ends_with(end)))
}

/// The words of `snake_case`, `kebab-case`, `camelCase` and `UPPERCase` names.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|letter: char| !letter.is_ascii_alphanumeric()).flat_map(|part| {
        let bytes = part.as_bytes();
        let begins = |index: usize| {
            let upper = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_uppercase);
            let lower = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_lowercase);
            index > 0 && upper(index) && (!upper(index - 1) || lower(index + 1))
        };
        let mut starts: Vec<usize> = (0..part.len()).filter(|index| begins(*index)).collect();
        starts.push(part.len());
        let mut from = 0;
        starts.into_iter().map(move |to| &part[std::mem::replace(&mut from, to)..to])
    })
}

#[cfg(test)]
mod tests {
    use super::{sounds_secret, words};

    #[test]
    fn names_of_secrets_are_heard() {
        for name in [
            "PASSWORD",
            "db_password",
            "dbPassword",
            "DB-PASS",
            "adminPwd",
            "pwd",
            "client.secret",
            "github/token",
            "API_KEY",
            "apiKey",
            "x-api-key",
            "AWS_SECRET_ACCESS_KEY",
            "AccessKeyId",
            "privateKey",
            "SSH_PRIVATE_KEY",
            "HTTPAuthorization",
            "Credentials",
            "connection_string",
            "vpn-psk",
            "userPIN",
            "SENTRY_DSN",
            "slackWebhookUrl",
        ] {
            assert!(sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "Name",
            "environment",
            "team",
            "cost-center",
            "compass",
            "bypass",
            "passenger",
            "opinion",
            "pinned",
            "Key",
            "keyboard",
            "aws:cloudformation:stack-name",
            "aws:secretsmanager:owningSecret",
            "",
            "-",
            "Ω",
            "public_key",
        ] {
            assert!(!sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn words_are_found_in_every_case() {
        let all = |name| words(name).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        assert_eq!(all("snake_case-kebab.dot"), ["snake", "case", "kebab", "dot"]);
        assert_eq!(all("camelCaseURLPath2x"), ["camel", "Case", "URL", "Path2x"]);
        assert_eq!(all("ÄpinÖ"), ["pin"]);
    }
}
