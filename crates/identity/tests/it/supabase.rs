//! C2: Supabase's tokens, by one line of configuration.

use antiphon_identity::{IdentityConfig, ProviderConfig};
use serde_json::{Value, json};

use crate::support::{Door, NOW, SECRET, hs256};

/// What Supabase Auth issues after a sign-in with GitHub.
fn session() -> Value {
    json!({
        "iss": "https://abcdefgh.supabase.co/auth/v1", "sub": "6f1c2b7e-9c58-4b80-8f1e-6f0c7b1a2d3e",
        "aud": "authenticated", "exp": NOW + 3600, "iat": NOW, "email": "ada@example.org", "phone": "",
        "app_metadata": { "provider": "github", "providers": ["github"], "roles": ["moderator"] },
        "user_metadata": {
            "avatar_url": "https://avatars.example.org/u/1", "full_name": "Ada Lovelace", "name": "ada",
            "roles": ["admin"],
        },
        "role": "authenticated", "aal": "aal1", "amr": [{ "method": "oauth", "timestamp": NOW }],
        "session_id": "0b1d3c55-1f3e-4b5e-9a55-3f2f0ab4f3aa", "is_anonymous": false,
    })
}

fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut claims = session();
    change(&mut claims);
    hs256(&claims)
}

fn door() -> Door {
    let toml = format!("[[providers]]\nname = \"supabase\"\npreset = \"supabase\"\nsecret = \"{SECRET}\"\n");
    Door::new(toml::from_str::<IdentityConfig>(&toml).expect("a configuration"))
}

#[tokio::test]
async fn c2_a_supabase_session_signs_in() {
    let who = door().authenticator.verify(&hs256(&session())).await.expect("a session");
    assert_eq!(who.subject, "6f1c2b7e-9c58-4b80-8f1e-6f0c7b1a2d3e");
    assert_eq!(who.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(who.avatar.as_deref(), Some("https://avatars.example.org/u/1"));
    assert_eq!(who.roles, ["moderator"], "what users write about themselves gives no role");
}

#[tokio::test]
async fn c2_the_name_falls_back_to_what_there_is() {
    let door = door();
    let name = async |token: String| door.authenticator.verify(&token).await.expect("a session").name;
    let no_full_name = changed(|claims| claims["user_metadata"]["full_name"] = Value::Null);
    assert_eq!(name(no_full_name).await.as_deref(), Some("ada"));
    let bare = changed(|claims| claims["user_metadata"] = json!({}));
    assert_eq!(name(bare).await.as_deref(), Some("ada@example.org"));
}

#[tokio::test]
async fn c2_the_projects_own_keys_are_nobody() {
    let door = door();
    for role in ["anon", "service_role", ""] {
        let token = changed(|claims| claims["role"] = json!(role));
        assert_eq!(door.code(&token).await, Err("token_refused"), "{role:?}");
    }
    let api_key =
        hs256(&json!({ "iss": "supabase", "ref": "abcdefgh", "role": "service_role", "exp": NOW + 9999 }));
    assert_eq!(door.code(&api_key).await, Err("token_refused"));
    let foreign = changed(|claims| claims["aud"] = json!("elsewhere"));
    assert_eq!(door.code(&foreign).await, Err("token_refused"));
}

/// The example that the documentation shows is one that works.
#[test]
fn the_example_is_a_configuration() {
    #[derive(serde::Deserialize)]
    struct Document {
        identity: IdentityConfig,
    }
    let example = include_str!("../../supabase.example.toml");
    let document: Document = toml::from_str(example).expect("a configuration");
    Door::new(document.identity);
    let said: String = example
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line).to_owned() + "\n")
        .filter(|line| line.starts_with('[') || line.contains(" = ") && !line.contains("secret_file"))
        .collect();
    Door::new(toml::from_str::<Document>(&said).expect("with everything said").identity);
}

#[tokio::test]
async fn what_the_operator_says_comes_before_the_preset() {
    let mut provider = ProviderConfig {
        name: "supabase".into(),
        preset: Some(antiphon_identity::Preset::Supabase),
        secret: Some(SECRET.into()),
        name_claim: Some("user_metadata.name".into()),
        ..ProviderConfig::default()
    };
    provider.require.insert("role".into(), ["authenticated", "service_role"].into());
    let door = Door::of(provider);
    let who = door.authenticator.verify(&changed(|claims| claims["role"] = json!("service_role"))).await;
    assert_eq!(who.expect("allowed").name.as_deref(), Some("ada"));
}
