//! The files that base credentials come from, and whether they are others than before.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// Nobody looks more often.
const EVERY: Duration = Duration::from_secs(1);

/// More tokens than anybody has.
const MOST: usize = 1_000;

/// The files, and how they were at the last look.
#[derive(Debug)]
pub(super) struct Files {
    /// The config file, the credentials file, a web identity token.
    files: Vec<PathBuf>,
    /// What `aws sso login` and `aws login` write: every file in there.
    folders: Vec<PathBuf>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    at: Option<Instant>,
    prints: Option<Prints>,
}

/// When each file was written last, and its length; nothing for a file that is not there.
type Prints = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

impl Files {
    /// Those that the AWS SDKs read, as their variables name them.
    pub(super) fn of(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let aws = set("HOME").or_else(|| set("USERPROFILE")).map(|home| home.join(".aws"));
        let in_aws = |name| aws.as_ref().map(|aws| aws.join(name));
        let files = [
            set("AWS_CONFIG_FILE").or_else(|| in_aws("config")),
            set("AWS_SHARED_CREDENTIALS_FILE").or_else(|| in_aws("credentials")),
            set("AWS_WEB_IDENTITY_TOKEN_FILE"),
        ];
        let folders =
            [in_aws("sso/cache"), set("AWS_LOGIN_CACHE_DIRECTORY").or_else(|| in_aws("login/cache"))];
        Self {
            files: files.into_iter().flatten().collect(),
            folders: folders.into_iter().flatten().collect(),
            seen: Mutex::default(),
        }
    }

    /// Whether they are others than at the last look. The first look, and one too soon after another, finds no change.
    pub(super) async fn changed(&self) -> bool {
        {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            if seen.at.is_some_and(|at| now.duration_since(at) < EVERY) {
                return false;
            }
            seen.at = Some(now);
        }
        let (files, folders) = (self.files.clone(), self.folders.clone());
        // A home directory may be on a network.
        let Ok(prints) = tokio::task::spawn_blocking(move || prints(files, &folders)).await else {
            return false;
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = seen.prints.as_ref().is_some_and(|before| *before != prints);
        seen.prints = Some(prints);
        changed
    }
}

fn prints(mut files: Vec<PathBuf>, folders: &[PathBuf]) -> Prints {
    for folder in folders {
        let mut within: Vec<_> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .take(MOST)
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        within.sort();
        files.append(&mut within);
    }
    let print = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    };
    files.into_iter().map(|path| (print(&path), path)).map(|(print, path)| (path, print)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn changes_are_seen_once_and_not_too_often() {
        let home = tempfile::tempdir().unwrap();
        let token = home.path().join("token");
        let files = Files::of(|name| match name {
            "HOME" => Some(home.path().into()),
            "AWS_WEB_IDENTITY_TOKEN_FILE" => Some(token.clone().into()),
            "AWS_CONFIG_FILE" => Some(OsString::new()),
            _ => None,
        });
        std::fs::create_dir_all(home.path().join(".aws/sso/cache")).unwrap();
        let later = async || tokio::time::advance(EVERY).await;
        assert!(!files.changed().await, "the first look");
        for file in [".aws/config", ".aws/credentials", ".aws/sso/cache/session.json", "token"] {
            std::fs::write(home.path().join(file), file).unwrap();
            assert!(!files.changed().await, "too soon");
            later().await;
            assert!(files.changed().await, "{file}");
            later().await;
            assert!(!files.changed().await, "{file}");
        }
        std::fs::remove_file(home.path().join(".aws/config")).unwrap();
        later().await;
        assert!(files.changed().await);
    }
}
