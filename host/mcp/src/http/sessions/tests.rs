use rmcp::model::{ClientRequest, PingRequest};

use super::*;

fn ping(id: i64) -> ClientJsonRpcMessage {
    ClientJsonRpcMessage::request(ClientRequest::PingRequest(PingRequest::default()), RequestId::Number(id))
}

/// Initializes a session whose handler never answers anything else.
async fn session(sessions: &Sessions) -> SessionId {
    use rmcp::transport::Transport as _;

    let (id, mut transport) = sessions.create_session().await.expect("a session");
    let answered = tokio::spawn(async move {
        let first = transport.receive().await.expect("a message");
        let JsonRpcMessage::Request(first) = first else { panic!("{first:?} is no request") };
        let error = ErrorData::invalid_request("as good as any", None);
        transport.send(ServerJsonRpcMessage::error(error, Some(first.id))).await.expect("sent");
        while transport.receive().await.is_some() {}
    });
    sessions.initialize_session(&id, ping(0)).await.expect("an answer");
    assert!(!answered.is_finished());
    id
}

#[tokio::test]
async fn the_session_idle_for_longest_makes_room() {
    let sessions = Sessions::new(2);
    let first = session(&sessions).await;
    let second = session(&sessions).await;
    assert!(sessions.has_session(&first).await.expect("known"), "used after the second one");

    let third = session(&sessions).await;
    assert!(!sessions.has_session(&second).await.expect("known"));
    assert!(sessions.has_session(&first).await.expect("known"));
    assert!(sessions.has_session(&third).await.expect("known"));
}

#[tokio::test]
async fn a_busy_session_is_not_closed_for_another() {
    let sessions = Sessions::new(1);
    let busy = session(&sessions).await;
    let answers = sessions.create_stream(&busy, ping(1)).await.expect("a stream");
    assert!(!sessions.make_room().await);
    assert!(matches!(sessions.create_session().await, Err(SessionsError::Full(1))));
    assert!(sessions.has_session(&busy).await.expect("known"));

    drop(answers);
    assert!(sessions.make_room().await);
    assert!(!sessions.has_session(&busy).await.expect("known"));
}

#[tokio::test]
async fn a_second_use_of_an_id_is_answered_at_once() {
    let sessions = Sessions::new(8);
    let (one, other) = (session(&sessions).await, session(&sessions).await);
    let _open = sessions.create_stream(&one, ping(1)).await.expect("a stream");
    let _elsewhere = sessions.create_stream(&other, ping(1)).await.expect("ids are per session");

    let refused: Vec<_> = sessions.create_stream(&one, ping(1)).await.expect("a stream").collect().await;
    let [ServerSseMessage { message: Some(message), .. }] = refused.as_slice() else { panic!("{refused:?}") };
    let JsonRpcMessage::Error(error) = message.as_ref() else { panic!("{message:?}") };
    assert_eq!((error.error.code.0, &error.id), (-32600, &Some(RequestId::Number(1))));
}

#[tokio::test]
async fn a_closed_session_leaves_nothing_behind() {
    let sessions = Sessions::new(1);
    for _ in 0..3 {
        let id = session(&sessions).await;
        sessions.close_session(&id).await.expect("closed");
        assert!(!sessions.has_session(&id).await.expect("known"));
    }
    assert!(lock(&sessions.known).is_empty());
}
