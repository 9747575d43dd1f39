// SPDX-License-Identifier: MIT
//
// A client's connections that begin one after the other and end one after the other, all of them
// open in between: what is said then has one order, whoever is faster. Each thread has one
// connection, numbered from 0.
#pragma once

/// Waits until the connection before has begun.
void await_begin(long number);
/// This one is connected, or will never be.
void has_begun(void);
/// This one has exchanged all. Waits until all of `count` have and the one before has ended, and
/// then `pause_ms`, in which both hosts say their goodbyes about that one.
void await_end(long number, long count, long pause_ms);
void has_ended(void);
