//! Whole outputs of tools, as files that are fetched whole or in part.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Guest, TestServer, fresh_id, helper::Helper, server::read};

/// A tool of a bot puts out more than is shown; where all of it is, and what that is.
async fn long_output(server: &TestServer, ada: &Guest) -> (String, String) {
    let mut helper = Helper::of(server, ada).await;
    let chat = server.as_user(&ada.token, Method::POST, "/v1/bots/helper/chat");
    let body = json!({ "id": fresh_id(), "text": "list all", "wait_ms": 0 });
    let (_, asked) = read(chat.header("accept", "application/json").json(&body).send().await.unwrap()).await;
    helper.begin().await;
    let output: String = (0..1_000).map(|n| format!("line {n}\n")).collect();
    let call = |state: &str| {
        let value = json!({ "type": "tool_call", "tool_call": "c1", "name": "list", "state": state });
        json!({ "type": "put_part", "part": 1, "value": value })
    };
    helper.tell(call("running")).await;
    helper.tell(json!({ "type": "append", "part": 1, "at": 0, "text": output })).await;
    helper.tell(call("completed")).await;
    helper.finish().await;
    let room = format!("/v1/rooms/{}", asked["room"].as_str().unwrap());
    let run = look(server, ada, &format!("{room}/runs/{}", asked["run"]["run"].as_str().unwrap())).await;
    let answer = run["run"]["answer"].as_str().unwrap();
    let found = look(server, ada, &format!("{room}/messages/{answer}")).await;
    let url = found["message"]["parts"][1]["output_url"].as_str().unwrap_or_else(|| panic!("{found}"));
    (url.to_owned(), output)
}

async fn look(server: &TestServer, who: &Guest, path: &str) -> Value {
    let (status, found) = read(server.as_user(&who.token, Method::GET, path).send().await.unwrap()).await;
    assert_eq!(status, 200, "{found}");
    found
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    Some(response.headers().get(name)?.to_str().unwrap())
}

/// B15: who was cut off while they fetched a long output gets what is missing, and of no other output.
#[tokio::test]
async fn b15_a_long_output_is_fetched_in_part() {
    let server = TestServer::with(&[("LIMITS__TOOL_OUTPUT_SHOWN", "16")]).await;
    let ada = server.guest("Ada").await;
    let (url, output) = long_output(&server, &ada).await;
    let length = output.len();
    let get = async |headers: &[(&str, &str)]| {
        let request = server.as_user(&ada.token, Method::GET, &url);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        request.send().await.unwrap()
    };
    let whole = get(&[]).await;
    assert_eq!((whole.status().as_u16(), header(&whole, "accept-ranges")), (200, Some("bytes")));
    let tag = header(&whole, "etag").unwrap().to_owned();
    assert_eq!(whole.text().await.unwrap(), output);
    for (asked, from, to) in
        [("bytes=100-199", 100, 200), ("bytes=100-", 100, length), ("bytes=-5", length - 5, length)]
    {
        for headers in [&[("range", asked)][..], &[("range", asked), ("if-range", &tag)]] {
            let part = get(headers).await;
            assert_eq!(part.status(), 206, "{asked}");
            let place = format!("bytes {from}-{}/{length}", to - 1);
            assert_eq!(header(&part, "content-range"), Some(&*place));
            assert_eq!(header(&part, "content-length"), Some(&*(to - from).to_string()));
            assert_eq!(header(&part, "etag"), Some(&*tag));
            assert_eq!(header(&part, "content-type"), Some("text/plain; charset=utf-8"));
            assert_eq!(part.text().await.unwrap(), output[from..to]);
        }
    }
    // What is missing of another output is all of this one; several ranges come as the whole.
    for headers in [&[("range", "bytes=5-"), ("if-range", "\"other\"")][..], &[("range", "bytes=0-1,5-6")]] {
        let all = get(headers).await;
        assert_eq!((all.status().as_u16(), header(&all, "content-range")), (200, None));
        assert_eq!(all.text().await.unwrap(), output);
    }
    let known = get(&[("range", "bytes=5-"), ("if-none-match", &tag)]).await;
    assert_eq!(known.status(), 304);
    let head =
        server.as_user(&ada.token, Method::HEAD, &url).header("range", "bytes=5-").send().await.unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, Some(&*length.to_string())));
}

/// FAULTS 68: a range that holds nothing is refused with the length of the whole; and no range is for those who may not see the call.
#[tokio::test]
async fn a_range_beyond_the_end_is_refused() {
    let server = TestServer::with(&[("LIMITS__TOOL_OUTPUT_SHOWN", "16")]).await;
    let (ada, eve) = (server.guest("Ada").await, server.guest("Eve").await);
    let (url, output) = long_output(&server, &ada).await;
    let length = output.len();
    for asked in [format!("bytes={length}-"), "bytes=-0".to_owned()] {
        let refused =
            server.as_user(&ada.token, Method::GET, &url).header("range", &asked).send().await.unwrap();
        assert_eq!(header(&refused, "content-range"), Some(&*format!("bytes */{length}")));
        assert_eq!(header(&refused, "content-type"), Some("application/problem+json"));
        let (status, problem) = read(refused).await;
        assert_eq!(
            (status, &problem["field"], &problem["limit"]),
            (416, &json!("range"), &json!(length)),
            "{asked}"
        );
    }
    let hidden =
        server.as_user(&eve.token, Method::GET, &url).header("range", "bytes=0-9").send().await.unwrap();
    assert_eq!(hidden.status(), 404);
}
