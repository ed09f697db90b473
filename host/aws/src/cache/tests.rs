use std::sync::atomic::AtomicU32;

use serde_json::json;

use super::*;
use crate::account::Target;
use crate::client::Request;
use crate::error::InvalidRequest;
use crate::grant::{Grant, Mode};
use crate::principal::Principal;

/// A clock that follows tokio's, which the tests stop and turn.
fn clock() -> Clock {
    let start = Instant::now();
    Clock::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30) + start.elapsed())
}

fn answers(max_bytes: u64) -> Answers {
    let config = CacheConfig { time_to_live: Duration::from_secs(10), max_bytes };
    Answers::new(config, clock(), Duration::from_secs(20))
}

fn question(input: &serde_json::Value) -> Question {
    let principal = Principal::new("tester", "test", Grant::new(Mode::ReadOnly, Vec::new()));
    let request = Request {
        target: Target { account: "111111111111".parse().unwrap(), region: "eu-west-1".to_owned() },
        service: "ec2".to_owned(),
        operation: "DescribeVpcs".to_owned(),
        input: input.clone(),
        select: None,
        max_items: None,
        cursor: None,
        fresh: false,
    };
    Question::new(&principal, &request, "eu-west-1", None, 0)
}

fn response(output: String) -> Response {
    Response { output, truncated: false, cursor: None }
}

fn deadline(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

fn timed_out() -> Error {
    Error::Timeout { reason: "slow".to_owned() }
}

/// Answers after a second with the number of the request.
struct Server {
    answers: Answers,
    requests: AtomicU32,
}

impl Server {
    fn new() -> Self {
        Self { answers: answers(1 << 20), requests: AtomicU32::new(0) }
    }

    async fn get(&self, fresh: bool) -> Result<String, Error> {
        self.ask(fresh, deadline(100), Duration::from_secs(1), Ok(())).await
    }

    async fn ask(
        &self,
        fresh: bool,
        deadline: Instant,
        takes: Duration,
        outcome: Result<(), Error>,
    ) -> Result<String, Error> {
        let ask = async {
            let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
            tokio::time::sleep(takes).await;
            outcome.map(|()| response(number.to_string()))
        };
        self.answers.get(question(&json!({})), fresh, deadline, ask).await.map(|response| response.output)
    }

    fn requests(&self) -> u32 {
        // Whatever happened, nobody is waited for in the end.
        assert_eq!(self.answers.flights.count(), 0);
        self.requests.load(Ordering::Relaxed)
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_at_once_ask_once() {
    let server = Server::new();
    let outputs = futures::future::join_all((0..1000).map(|_| server.get(false))).await;
    assert!(outputs.into_iter().all(|output| output.unwrap() == "1"));
    assert_eq!(server.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_given_again_for_its_time() {
    let server = Server::new();
    assert_eq!(server.get(false).await.unwrap(), "1");
    tokio::time::advance(Duration::from_millis(9_990)).await;
    assert_eq!(server.get(false).await.unwrap(), "1");
    tokio::time::advance(Duration::from_millis(10)).await;
    assert_eq!(server.get(false).await.unwrap(), "2");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_nothing_immortal() {
    let now = Arc::new(AtomicU64::new(1 << 30));
    let clock = {
        let now = now.clone();
        Clock::new(move || SystemTime::UNIX_EPOCH + Duration::from_secs(now.load(Ordering::Relaxed)))
    };
    let answers = Answers::new(CacheConfig::default(), clock, Duration::from_secs(20));
    let get = async |output: &str| {
        let ask = async { Ok(response(output.to_owned())) };
        answers.get(question(&json!({})), false, deadline(100), ask).await.unwrap().output
    };
    assert_eq!(get("1").await, "1");
    now.fetch_sub(3600, Ordering::Relaxed);
    assert_eq!(get("2").await, "2");
    assert_eq!(get("3").await, "2");
}

#[tokio::test(start_paused = true)]
async fn fresh_asks_anew_and_replaces_what_is_known() {
    let server = Server::new();
    assert_eq!(server.get(false).await.unwrap(), "1");
    assert_eq!(server.get(true).await.unwrap(), "2");
    assert_eq!(server.get(false).await.unwrap(), "2");
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn fresh_joins_no_request_that_was_begun_before_it_and_is_not_overtaken_by_it() {
    let server = Server::new();
    let slow = server.ask(false, deadline(100), Duration::from_secs(5), Ok(()));
    let fresh = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        server.get(true).await
    };
    let (slow, fresh) = tokio::join!(slow, fresh);
    assert_eq!((slow.unwrap(), fresh.unwrap()), ("1".to_owned(), "2".to_owned()));
    assert_eq!(server.get(false).await.unwrap(), "2", "the older answer came later and is not kept");
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn one_who_gives_up_hands_over_to_the_next() {
    let server = Server::new();
    let given_up = tokio::time::timeout(Duration::from_millis(500), server.get(false));
    let patient = futures::future::join_all((0..100).map(|_| server.get(false)));
    let (given_up, patient) = tokio::join!(given_up, patient);
    assert!(given_up.is_err());
    assert!(patient.into_iter().all(|output| output.unwrap() == "2"));
    assert_eq!(server.requests(), 2);
}

#[tokio::test(start_paused = true)]
async fn those_who_give_up_while_they_wait_leave_nothing_behind() {
    let server = Server::new();
    let impatient = || tokio::time::timeout(Duration::from_millis(500), server.get(false));
    let all = futures::future::join_all((0..100).map(|_| impatient()));
    let (patient, all) = tokio::join!(server.get(false), all);
    assert!(patient.is_ok() && all.iter().all(Result::is_err));
    assert_eq!(server.requests(), 1);
    // Nor do those of whom nobody stays.
    let another = || server.ask(true, deadline(100), Duration::from_secs(1), Ok(()));
    assert!(tokio::time::timeout(Duration::from_millis(500), another()).await.is_err());
    tokio::time::advance(Duration::from_secs(10)).await;
    let all = futures::future::join_all((0..100).map(|_| impatient())).await;
    assert!(all.iter().all(Result::is_err));
    assert_eq!(server.answers.flights.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_shared_by_those_who_waited_and_not_kept() {
    let server = Server::new();
    let fail = || server.ask(false, deadline(100), Duration::from_secs(1), Err(timed_out()));
    let all = futures::future::join_all((0..100).map(|_| fail())).await;
    assert!(all.iter().all(|outcome| matches!(outcome, Err(Error::Timeout { .. }))));
    assert_eq!(server.requests(), 1);
    assert_eq!(server.get(false).await.unwrap(), "2");
}

#[tokio::test(start_paused = true)]
async fn an_error_that_comes_of_ones_own_deadline_is_ones_own() {
    for (error, requests) in [
        // With more time there might have been another attempt.
        (timed_out(), 2),
        // No time mends this.
        (Error::Invalid(InvalidRequest::MaxItems), 1),
    ] {
        let server = Server::new();
        let short = server.ask(false, deadline(10), Duration::from_secs(1), Err(error));
        let (short, long) = tokio::join!(short, server.get(false));
        assert!(short.is_err());
        assert_eq!(long.is_ok(), requests == 2);
        assert_eq!(server.requests(), requests);
    }
}

#[tokio::test]
async fn what_is_kept_is_bounded_by_bytes() {
    let answers = answers(100_000);
    let get = async |number: u32, size: usize| {
        // What cannot be compressed.
        let ask = async { Ok(response((0..size).map(|_| fastrand::char(' '..='~')).collect())) };
        let question = question(&json!({ "VpcIds": [number.to_string()] }));
        answers.get(question, false, deadline(100), ask).await.unwrap().output.len()
    };
    for number in 0..100 {
        assert_eq!(get(number, 9_000).await, 9_000);
        assert!(answers.kept.weighted_size() <= 100_000, "{}", answers.kept.weighted_size());
    }
    assert!(answers.kept.entry_count() >= 9, "{}", answers.kept.entry_count());
    // The latest are there, the first are not.
    assert_eq!((get(99, 1).await, get(95, 1).await), (9_000, 9_000));
    assert_eq!(get(0, 1).await, 1);
    // One that is larger than all the room is not kept, and drives nothing out.
    assert_eq!(get(200, 200_000).await, 200_000);
    assert_eq!((get(200, 1).await, get(99, 1).await), (1, 9_000));
    // Questions count as well.
    let long = json!({ "VpcIds": ["x".repeat(90_000)] });
    let ask = async { Ok(response(String::new())) };
    answers.get(question(&long), false, deadline(100), ask).await.unwrap();
    assert!((90_000..=100_000).contains(&answers.kept.weighted_size()), "{}", answers.kept.weighted_size());
}

#[test]
fn only_what_reads_and_is_no_secret_is_kept() {
    let pack = crate::model::Pack::bundled();
    let is_kept = |service: &str, operation: &str| {
        let service = pack.service(service).unwrap();
        is_kept(&service, service.operation(operation).unwrap())
    };
    for (service, operation) in
        [("ec2", "DescribeInstances"), ("s3", "ListBuckets"), ("iam", "GetRole"), ("ecr", "BatchGetImage")]
    {
        assert!(is_kept(service, operation), "{service}:{operation}");
    }
    for (service, operation) in [
        ("ec2", "RunInstances"),
        ("ec2", "CreateTags"),
        ("secretsmanager", "GetSecretValue"),
        ("sts", "GetSessionToken"),
        ("sts", "GetCallerIdentity"),
        ("sqs", "ReceiveMessage"),
        ("logs", "StartQuery"),
        ("iam", "GenerateCredentialReport"),
        ("cloudformation", "DetectStackDrift"),
    ] {
        assert!(!is_kept(service, operation), "{service}:{operation}");
    }
}
