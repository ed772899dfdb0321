//! The parsing thread of webhooks: inputs are opened one after the other, cut
//! into deliveries, and each delivery is read.

use super::source::{self, Delivery};
use super::{Input, Out};
use crate::domain::fact::{Item, Reading};
use crate::payload::{self, Format, Room, Unread};
use crate::store::{Arrival, Source};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

/// The parsing thread: until the inputs end, one fails, or nobody listens.
pub(super) fn parse(
    inputs: Vec<Input>,
    format: Format,
    manner: &Arc<str>,
    bytes: &Arc<AtomicU64>,
    unread: &Mutex<Unread>,
    out: &Out<'_>,
) {
    for input in inputs {
        let name: Arc<str> = input.name().into();
        let failed = |error| out.failed(&format!("reading {name}"), error);
        let opened = input
            .open(Arc::clone(bytes))
            .and_then(source::Deliveries::new);
        let mut deliveries = match opened {
            Ok(deliveries) => deliveries,
            Err(error) => return failed(error),
        };
        let mut room = Room::default();
        loop {
            let next = next_arrival(&mut deliveries, &name, format, manner, unread, &mut room);
            let arrival = match next {
                Ok(Some(arrival)) => arrival,
                Ok(None) => break,
                Err(error) => return failed(error),
            };
            if !out.send(arrival) {
                return;
            }
        }
    }
}

/// The next delivery, read. Most are a line each, for which one look is enough.
/// What was not read is locked only after the input gave something: somebody
/// may ask for it while that is waited for.
fn next_arrival(
    deliveries: &mut source::Deliveries<'_>,
    name: &Arc<str>,
    format: Format,
    manner: &Arc<str>,
    unread: &Mutex<Unread>,
    room: &mut Room,
) -> std::io::Result<Option<Arrival>> {
    let unread = || unread.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((line, number)) = deliveries.line()?
        && let Ok(items) = payload::try_reading(line, format, Some(&mut unread()), room)
    {
        let arrival = Arrival {
            items,
            text: Ok(line.to_owned()),
            source: Source {
                name: Arc::clone(name),
                line: Some(number),
            },
            manner: Arc::clone(manner),
        };
        deliveries.pass();
        return Ok(Some(arrival));
    }
    let delivery = deliveries.next().transpose()?;
    Ok(delivery.map(|delivery| arrival(name, delivery, format, manner, &mut unread())))
}

fn arrival(
    name: &Arc<str>,
    delivery: Delivery,
    format: Format,
    manner: &Arc<str>,
    unread: &mut Unread,
) -> Arrival {
    let source = Source {
        name: Arc::clone(name),
        line: Some(delivery.line),
    };
    match delivery.text {
        Ok(json) => Arrival {
            items: payload::read_counting(&json, format, Some(unread)),
            text: Ok(json),
            source,
            manner: Arc::clone(manner),
        },
        Err(unreadable) => Arrival {
            items: vec![Item {
                pointer: String::new(),
                reading: Reading::Quarantined(unreadable.to_string()),
            }],
            text: Err(unreadable.into_bytes()),
            source,
            manner: Arc::clone(manner),
        },
    }
}
