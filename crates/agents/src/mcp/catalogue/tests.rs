//! Names, limits and lists of what is offered.

use std::{sync::Arc, time::Duration};

use serde_json::json;

use super::*;
use crate::{Address, mcp::Transport};

fn server(name: &str) -> McpServer {
    let url = Address::parse("http://127.0.0.1:9/mcp").unwrap();
    let transport = Transport::Http { url, headers: Vec::new() };
    McpServer { name: name.to_owned(), transport, tools: None, start: Duration::ZERO }
}

fn offer(names: &[&str]) -> Arc<[rmcp::model::Tool]> {
    names.iter().map(|name| rmcp::model::Tool::new(name.to_string(), "does it", Map::new())).collect()
}

fn names(offers: &[(&McpServer, Arc<[rmcp::model::Tool]>)]) -> Vec<String> {
    catalogue(offers).into_iter().map(|tool| tool.name).collect()
}

#[test]
fn only_names_that_clash_are_called_after_their_server() {
    let (files, web) = (server("files"), server("my web"));
    let offers = [(&files, offer(&["search", "read"])), (&web, offer(&["search", "fetch"]))];
    assert_eq!(names(&offers), ["files_search", "read", "my_web_search", "fetch"]);
}

#[test]
fn a_name_has_letters_that_models_take_and_is_never_shared() {
    let (a, long) = (server("a"), "x".repeat(80));
    let odd = ["get weather/now", "get_weather_now", "", "größe", &long, &long[..64]];
    let names = names(&[(&a, offer(&odd))]);
    assert_eq!(names[..4], ["get_weather_now", "get_weather_now_2", "tool", "gr__e"]);
    assert_eq!((names[4].as_str(), names[5].len()), (&long[..64], 64));
    assert!(names[5].ends_with("xx_2"));
    // The name that a clash leads to may be another tool's own.
    let b = server("b");
    let names = self::names(&[(&a, offer(&["go", "b_go"])), (&b, offer(&["go"]))]);
    assert_eq!(names, ["a_go", "b_go", "b_go_2"]);
}

#[test]
fn what_is_not_wanted_or_too_large_is_not_offered() {
    let wanted = Some(["echo".to_owned()].into());
    let chosen = McpServer { tools: wanted, ..server("a") };
    assert_eq!(names(&[(&chosen, offer(&["add", "echo"]))]), ["echo"]);

    let schema = json!({"description": "x".repeat(SCHEMA_BYTES)}).as_object().cloned().unwrap();
    let large = [rmcp::model::Tool::new("large", "does it", schema)];
    let many: Vec<String> = (0..MOST_TOOLS + 5).map(|n| n.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let (a, b) = (server("a"), server("b"));
    let tools = catalogue(&[(&a, large.into()), (&b, offer(&many))]);
    assert_eq!((tools.len(), tools[0].name.as_str()), (MOST_TOOLS, "0"));
}
