// SPDX-License-Identifier: GPL-3.0-or-later
#include "dimse/state_machine.h"

#include <array>

namespace glossator::dimse {
namespace {

using enum State;
using enum Event;
using enum Action;

struct ActionRow {
  Action action;
  std::string_view name;
  State target;
  State other;
};

// PS3.8 Tables 9-6 (AE), 9-7 (DT), 9-8 (AR), 9-9 (AA), in the order of the enumeration.
constexpr std::array<ActionRow, kActions> kActionRows = {{
    {AE1, "AE-1", Sta4, Sta4},      // open the transport connection
    {AE2, "AE-2", Sta5, Sta5},      // send A-ASSOCIATE-RQ
    {AE3, "AE-3", Sta6, Sta6},      // confirm acceptance
    {AE4, "AE-4", Sta1, Sta1},      // confirm rejection, close
    {AE5, "AE-5", Sta2, Sta2},      // start ARTIM
    {AE6, "AE-6", Sta3, Sta13},     // indicate, or send A-ASSOCIATE-RJ and start ARTIM
    {AE7, "AE-7", Sta6, Sta6},      // send A-ASSOCIATE-AC
    {AE8, "AE-8", Sta13, Sta13},    // send A-ASSOCIATE-RJ, start ARTIM
    {DT1, "DT-1", Sta6, Sta6},      // send P-DATA-TF
    {DT2, "DT-2", Sta6, Sta6},      // indicate P-DATA
    {AR1, "AR-1", Sta7, Sta7},      // send A-RELEASE-RQ
    {AR2, "AR-2", Sta8, Sta8},      // indicate release
    {AR3, "AR-3", Sta1, Sta1},      // confirm release, close
    {AR4, "AR-4", Sta13, Sta13},    // send A-RELEASE-RP, start ARTIM
    {AR5, "AR-5", Sta1, Sta1},      // stop ARTIM
    {AR6, "AR-6", Sta7, Sta7},      // indicate P-DATA
    {AR7, "AR-7", Sta8, Sta8},      // send P-DATA-TF
    {AR8, "AR-8", Sta9, Sta10},     // indicate release collision: requestor, acceptor
    {AR9, "AR-9", Sta11, Sta11},    // send A-RELEASE-RP
    {AR10, "AR-10", Sta12, Sta12},  // confirm release
    {AA1, "AA-1", Sta13, Sta13},    // send A-ABORT (service user), start ARTIM
    {AA2, "AA-2", Sta1, Sta1},      // stop ARTIM, close
    {AA3, "AA-3", Sta1, Sta1},      // indicate abort, close
    {AA4, "AA-4", Sta1, Sta1},      // indicate A-P-ABORT
    {AA5, "AA-5", Sta1, Sta1},      // stop ARTIM
    {AA6, "AA-6", Sta13, Sta13},    // ignore PDU
    {AA7, "AA-7", Sta13, Sta13},    // send A-ABORT
    {AA8, "AA-8", Sta13, Sta13},    // send A-ABORT (service provider), indicate, start ARTIM
}};

struct Cell {
  Event event;
  State state;
  Action action;
};

// PS3.8 Table 9-10, a line per event, cells in the order of the states.
constexpr std::array kCells = {
    Cell{Evt1, Sta1, AE1},   Cell{Evt2, Sta4, AE2},

    Cell{Evt3, Sta2, AA1},   Cell{Evt3, Sta3, AA8},    Cell{Evt3, Sta5, AE3},
    Cell{Evt3, Sta6, AA8},   Cell{Evt3, Sta7, AA8},    Cell{Evt3, Sta8, AA8},
    Cell{Evt3, Sta9, AA8},   Cell{Evt3, Sta10, AA8},   Cell{Evt3, Sta11, AA8},
    Cell{Evt3, Sta12, AA8},  Cell{Evt3, Sta13, AA6},

    Cell{Evt4, Sta2, AA1},   Cell{Evt4, Sta3, AA8},    Cell{Evt4, Sta5, AE4},
    Cell{Evt4, Sta6, AA8},   Cell{Evt4, Sta7, AA8},    Cell{Evt4, Sta8, AA8},
    Cell{Evt4, Sta9, AA8},   Cell{Evt4, Sta10, AA8},   Cell{Evt4, Sta11, AA8},
    Cell{Evt4, Sta12, AA8},  Cell{Evt4, Sta13, AA6},

    Cell{Evt5, Sta1, AE5},

    Cell{Evt6, Sta2, AE6},   Cell{Evt6, Sta3, AA8},    Cell{Evt6, Sta5, AA8},
    Cell{Evt6, Sta6, AA8},   Cell{Evt6, Sta7, AA8},    Cell{Evt6, Sta8, AA8},
    Cell{Evt6, Sta9, AA8},   Cell{Evt6, Sta10, AA8},   Cell{Evt6, Sta11, AA8},
    Cell{Evt6, Sta12, AA8},  Cell{Evt6, Sta13, AA7},

    Cell{Evt7, Sta3, AE7},   Cell{Evt8, Sta3, AE8},    Cell{Evt9, Sta6, DT1},
    Cell{Evt9, Sta8, AR7},

    Cell{Evt10, Sta2, AA1},  Cell{Evt10, Sta3, AA8},   Cell{Evt10, Sta5, AA8},
    Cell{Evt10, Sta6, DT2},  Cell{Evt10, Sta7, AR6},   Cell{Evt10, Sta8, AA8},
    Cell{Evt10, Sta9, AA8},  Cell{Evt10, Sta10, AA8},  Cell{Evt10, Sta11, AA8},
    Cell{Evt10, Sta12, AA8}, Cell{Evt10, Sta13, AA6},

    Cell{Evt11, Sta6, AR1},

    Cell{Evt12, Sta2, AA1},  Cell{Evt12, Sta3, AA8},   Cell{Evt12, Sta5, AA8},
    Cell{Evt12, Sta6, AR2},  Cell{Evt12, Sta7, AR8},   Cell{Evt12, Sta8, AA8},
    Cell{Evt12, Sta9, AA8},  Cell{Evt12, Sta10, AA8},  Cell{Evt12, Sta11, AA8},
    Cell{Evt12, Sta12, AA8}, Cell{Evt12, Sta13, AA6},

    Cell{Evt13, Sta2, AA1},  Cell{Evt13, Sta3, AA8},   Cell{Evt13, Sta5, AA8},
    Cell{Evt13, Sta6, AA8},  Cell{Evt13, Sta7, AR3},   Cell{Evt13, Sta8, AA8},
    Cell{Evt13, Sta9, AA8},  Cell{Evt13, Sta10, AR10}, Cell{Evt13, Sta11, AR3},
    Cell{Evt13, Sta12, AA8}, Cell{Evt13, Sta13, AA6},

    Cell{Evt14, Sta8, AR4},  Cell{Evt14, Sta9, AR9},   Cell{Evt14, Sta12, AR4},

    Cell{Evt15, Sta3, AA1},  Cell{Evt15, Sta4, AA2},   Cell{Evt15, Sta5, AA1},
    Cell{Evt15, Sta6, AA1},  Cell{Evt15, Sta7, AA1},   Cell{Evt15, Sta8, AA1},
    Cell{Evt15, Sta9, AA1},  Cell{Evt15, Sta10, AA1},  Cell{Evt15, Sta11, AA1},
    Cell{Evt15, Sta12, AA1},

    Cell{Evt16, Sta2, AA2},  Cell{Evt16, Sta3, AA3},   Cell{Evt16, Sta5, AA3},
    Cell{Evt16, Sta6, AA3},  Cell{Evt16, Sta7, AA3},   Cell{Evt16, Sta8, AA3},
    Cell{Evt16, Sta9, AA3},  Cell{Evt16, Sta10, AA3},  Cell{Evt16, Sta11, AA3},
    Cell{Evt16, Sta12, AA3}, Cell{Evt16, Sta13, AA2},

    Cell{Evt17, Sta2, AA5},  Cell{Evt17, Sta3, AA4},   Cell{Evt17, Sta4, AA4},
    Cell{Evt17, Sta5, AA4},  Cell{Evt17, Sta6, AA4},   Cell{Evt17, Sta7, AA4},
    Cell{Evt17, Sta8, AA4},  Cell{Evt17, Sta9, AA4},   Cell{Evt17, Sta10, AA4},
    Cell{Evt17, Sta11, AA4}, Cell{Evt17, Sta12, AA4},  Cell{Evt17, Sta13, AR5},

    Cell{Evt18, Sta2, AA2},  Cell{Evt18, Sta13, AA2},

    Cell{Evt19, Sta2, AA1},  Cell{Evt19, Sta3, AA8},   Cell{Evt19, Sta5, AA8},
    Cell{Evt19, Sta6, AA8},  Cell{Evt19, Sta7, AA8},   Cell{Evt19, Sta8, AA8},
    Cell{Evt19, Sta9, AA8},  Cell{Evt19, Sta10, AA8},  Cell{Evt19, Sta11, AA8},
    Cell{Evt19, Sta12, AA8}, Cell{Evt19, Sta13, AA7},
};

using Table = std::array<std::array<std::optional<Action>, kStates + 1>, kEvents + 1>;

constexpr Table MakeTable() {
  Table table{};
  for (const Cell& cell : kCells) {
    table[static_cast<int>(cell.event)][static_cast<int>(cell.state)] = cell.action;
  }
  return table;
}
constexpr Table kTable = MakeTable();

const ActionRow& RowOf(Action action) { return kActionRows[static_cast<int>(action)]; }

}  // namespace

std::optional<Action> ActionFor(State state, Event event) {
  return kTable[static_cast<int>(event)][static_cast<int>(state)];
}

State TargetOf(Action action) { return RowOf(action).target; }
State OtherTarget(Action action) { return RowOf(action).other; }
std::string_view NameOf(Action action) { return RowOf(action).name; }

}  // namespace glossator::dimse
