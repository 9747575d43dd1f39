// SPDX-License-Identifier: MIT
//
// The one place that steps the close machine and looks after what follows from where it is. Every
// handler of a connection ends with settle(); only the files of this folder call what is here.
#pragma once

#include "protocol/connection/close_machine.h"
#include "protocol/connection/connection.h"

namespace smclab {

/// Feeds one input to the machine, carries its effect out by setting what is owed, and returns it.
CloseEffect step(ConnTurn t, CloseInput input);

/// Remembers why the connection ends other than in order; the first reason stays.
void end_with(Connection& conn, CloseReason why);

/// A CDC must go out, unless the last one did.
void owe_cdc(Connection& conn);

/// Asks again what waited for data to leave, sends what is owed, and sees to timers, TCP, and what
/// the application is to know. Emits FinishTcp or ResetTcp, Closed and Released, each once at most.
void settle(ConnTurn t);

}  // namespace smclab
