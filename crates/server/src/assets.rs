//! The page, carried in the binary: files with hashed names for ever, the page itself fresh each time.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{
            ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY,
        },
    },
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::http::tagged::{tag_of_digest, tagged};

/// What `make page` has built; nothing, if it has not been built.
#[derive(RustEmbed)]
#[folder = "../../packages/web/dist"]
#[allow_missing = true]
struct Page;

const INDEX: &str = "index.html";

/// What REST can do, to be looked at and tried.
const DOCS: &str = "docs.html";

/// Files here have a hash in their name: another content has another name.
const HASHED: &str = "assets/";

/// Compressed forms that the build may have put beside a file, the better one first.
const ENCODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Any path outside `/v1`: a file of the page, or the page, whose own router knows the rest.
pub async fn page(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let name = match path {
        "docs" => DOCS,
        _ if is_file => path,
        _ => INDEX,
    };
    match Page::get(name) {
        Some(file) => send(name, file, &headers),
        None if is_file => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
        None => {
            let words =
                "The server runs. Its page is not built: run `make page`, then build the server again.\n";
            (StatusCode::NOT_FOUND, words).into_response()
        }
    }
}

fn send(name: &str, plain: EmbeddedFile, wanted: &HeaderMap) -> Response {
    let accepted = wanted.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let encoded = ENCODINGS
        .iter()
        .filter(|(encoding, _)| accepts(accepted, encoding))
        .find_map(|(encoding, ending)| Some((*encoding, Page::get(&format!("{name}{ending}"))?)));
    let (encoding, file) = match encoded {
        Some((encoding, file)) => (Some(encoding), file),
        None => (None, plain),
    };
    let tag = tag_of_digest(&file.metadata.sha256_hash());
    let length = file.data.len();
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    let keep = if name.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    tagged(response, tag, wanted)
}

fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        name.trim() == encoding && quality.trim() != "q=0"
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
