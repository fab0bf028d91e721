//! `GET /api/docs`: the OpenAPI document as a page to read, and to try calls from.

use std::sync::Arc;

use askama::Template;
use axum::{Extension, extract::State, http::StatusCode, response::Response};
use serde_json::Value;

use super::render::{Chrome, Frame, Visit};
use crate::words::{Piece, Text};

#[derive(Template)]
#[template(path = "api_docs.html")]
struct Docs {
    frame: Frame,
    version: String,
    groups: Vec<Group>,
    schemas: Vec<Schema>,
}

/// The calls of one tag.
struct Group {
    name: String,
    calls: Vec<Call>,
}

struct Call {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    /// An example body, or empty when the call takes none.
    body: String,
    body_schema: String,
    answers: Vec<(String, String, String)>,
}

impl Call {
    /// Method and path, as a request's first line has them.
    fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

struct Parameter {
    name: String,
    place: String,
    required: bool,
    description: String,
}

struct Schema {
    name: String,
    fields: Vec<(String, String, String)>,
}

impl Docs {
    /// Whether the page describes a type.
    fn has_record(&self, name: &str) -> bool {
        self.schemas.iter().any(|schema| schema.name == name)
    }
}

/// The page. It needs no log-in, and holds nothing but the document.
pub async fn page(
    State(chrome): State<Chrome>,
    Extension(document): Extension<Arc<utoipa::openapi::OpenApi>>,
    visit: Visit,
) -> Response {
    let document = serde_json::to_value(&*document).unwrap_or_default();
    let title = Text::new("docs-title").to(visit.language).to_string();
    let frame = chrome.outside(visit, &title);
    let docs = Docs {
        version: text(&document["info"]["version"]),
        groups: groups(&document),
        schemas: schemas(&document),
        frame,
    };
    docs.frame.respond(StatusCode::OK, &docs)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn groups(document: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, methods) in entries(&document["paths"]) {
        for (method, call) in entries(methods) {
            let name = text(&call["tags"][0]);
            let call = read(document, method, path, call);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.calls.push(call),
                None => groups.push(Group { name, calls: vec![call] }),
            }
        }
    }
    groups
}

fn read(document: &Value, method: &str, path: &str, call: &Value) -> Call {
    let parameters = items(&call["parameters"]).map(|parameter| Parameter {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        required: parameter["required"].as_bool().unwrap_or(false),
        description: text(&parameter["description"]),
    });
    let body = &call["requestBody"]["content"]["application/json"]["schema"];
    let answers = entries(&call["responses"]).map(|(status, answer)| {
        let content = entries(&answer["content"]).next();
        let schema = match content {
            Some((kind, _)) if kind == "application/problem+json" => "ProblemDocument".to_owned(),
            Some((_, content)) => type_of(&content["schema"]),
            None => String::new(),
        };
        (status.clone(), text(&answer["description"]), schema)
    });
    Call {
        id: text(&call["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&call["summary"]),
        description: text(&call["description"]),
        parameters: parameters.collect(),
        body: example(document, body),
        body_schema: type_of(body),
        answers: answers.collect(),
    }
}

/// The name of a schema's type, for people.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or_default().to_owned();
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        if schema[several].is_array() {
            let names: Vec<_> = items(&schema[several]).map(type_of).filter(|name| !name.is_empty()).collect();
            return names.join(" or ");
        }
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => format!("list of {}", type_of(&schema["items"])),
        Value::String(name) => name.clone(),
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

/// A body with the required fields and what the schema gives as examples.
fn example(document: &Value, schema: &Value) -> String {
    let name = type_of(schema);
    let schema = &document["components"]["schemas"][&name];
    let required: Vec<&str> = items(&schema["required"]).filter_map(Value::as_str).collect();
    let mut body = serde_json::Map::new();
    for (field, property) in entries(&schema["properties"]) {
        if required.is_empty() || required.contains(&field.as_str()) {
            let example = property.get("example").or_else(|| items(&property["examples"]).next());
            body.insert(field.clone(), example.cloned().unwrap_or_else(|| Value::String(String::new())));
        }
    }
    if body.is_empty() { String::new() } else { serde_json::to_string_pretty(&body).unwrap_or_default() }
}

fn schemas(document: &Value) -> Vec<Schema> {
    let schemas = entries(&document["components"]["schemas"]).map(|(name, schema)| {
        let own = entries(&schema["properties"]);
        let parts = items(&schema["allOf"]).flat_map(|part| entries(&part["properties"]));
        let mut fields: Vec<_> = own
            .chain(parts)
            .map(|(field, property)| (field.clone(), type_of(property), text(&property["description"])))
            .collect();
        fields.extend(
            items(&schema["allOf"])
                .filter(|part| part["$ref"].is_string())
                .map(|part| ("…".to_owned(), type_of(part), "and all of its fields".to_owned())),
        );
        let values: Vec<_> = items(&schema["enum"]).map(text).collect();
        if !values.is_empty() {
            fields.push(("one of".to_owned(), "string".to_owned(), values.join(", ")));
        }
        Schema { name: name.clone(), fields }
    });
    schemas.collect()
}
