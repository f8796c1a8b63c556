"""The loops over votes and people, compiled by numba. Opened by ``kernels.warm`` only.

Every function has a numpy twin beside the code that calls it; tests compare the two. Indexes are cast to
unsigned, which spares numba a test for negative ones in the innermost loops. No kernel starts a thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import boolean, float64, int16, int32, int64, njit, types, uint8, uint16, uint32, uint64
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from tracktwo.compiling import Loops

Array = npt.NDArray[Any]  # of which numbers, say the signatures

_U = np.uint64
_LOW = 0xFFFFFFFF
LOOPS = Loops()

_START, _CODE = int64[::1], uint16[::1]
_WORDS, _PLACES = uint64[::1], uint32[::1]

# Pairs of votes are counted in bits, see ``pair_sums``.
_TILE = 8_192  # people worked on at a time: their sums fit 16 bits, and their rows the cache
_ABREAST = 512  # statements counted side by side: eight words of 64 bits for each of the three answers
_ROW = 3 * _ABREAST // 64  # words of one person's answers to them
_TOGETHER = 16  # rows added at a time
_AT_MOST = 240  # rows added up before the sums would overflow
_DIGITS = 8  # of such a sum


@LOOPS(uint64, uint64, uint64)
def _three(a: Any, b: Any, c: Any) -> tuple[Any, Any]:
    """The sum of three bits, in each of 64 places: its ones and its twos."""
    return a ^ b ^ c, (a & b) | (c & (a | b))


def _room(typing: Any) -> Any:
    """Room for the digits of a row, on the stack, where no row can lie.

    Anywhere else the compiler must ask of each row, before it is added, whether it is in the way of the digits: a
    quarter of the time.
    """
    kinds: Any = types
    tools: Any = cgutils

    def make(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        room = tools.alloca_once(builder, context.get_value_type(uint64), size=_DIGITS * _ROW)
        room.align = 64
        return room

    return kinds.CPointer(uint64)(), make


_on_the_stack: Any = intrinsic(_room)


@njit(inline="always")  # so that the compiler sees where the digits lie
def _add_sixteen(rows: Array, at: Array, first: int, held: Array) -> None:
    """Add sixteen rows of bits, bit by bit, to numbers held digit by digit: all ones, all twos, all fours and so on."""
    k = first + _U(8)
    a0, a1, a2, a3 = at[first], at[first + _U(1)], at[first + _U(2)], at[first + _U(3)]
    a4, a5, a6, a7 = at[first + _U(4)], at[first + _U(5)], at[first + _U(6)], at[first + _U(7)]
    b0, b1, b2, b3 = at[k], at[k + _U(1)], at[k + _U(2)], at[k + _U(3)]
    b4, b5, b6, b7 = at[k + _U(4)], at[k + _U(5)], at[k + _U(6)], at[k + _U(7)]
    for w in range(_U(_ROW)):
        one, p = _three(held[w], rows[a0 + w], rows[a1 + w])
        one, q = _three(one, rows[a2 + w], rows[a3 + w])
        two, s = _three(held[w + _U(_ROW)], p, q)
        one, p = _three(one, rows[a4 + w], rows[a5 + w])
        one, q = _three(one, rows[a6 + w], rows[a7 + w])
        two, t = _three(two, p, q)
        four, u = _three(held[w + _U(2 * _ROW)], s, t)
        one, p = _three(one, rows[b0 + w], rows[b1 + w])
        one, q = _three(one, rows[b2 + w], rows[b3 + w])
        two, s = _three(two, p, q)
        one, p = _three(one, rows[b4 + w], rows[b5 + w])
        one, q = _three(one, rows[b6 + w], rows[b7 + w])
        two, t = _three(two, p, q)
        four, v = _three(four, s, t)
        eight, over = _three(held[w + _U(3 * _ROW)], u, v)
        held[w] = one
        held[w + _U(_ROW)] = two
        held[w + _U(2 * _ROW)] = four
        held[w + _U(3 * _ROW)] = eight
        for digit in range(4, _DIGITS):
            place = w + _U(digit * _ROW)
            before = held[place]
            held[place] = before ^ over
            over &= before


@LOOPS(uint64, uint64, uint64, uint64)
def _exchange(x: Any, y: Any, by: Any, mask: Any) -> tuple[Any, Any]:
    """x and y, with what the mask chooses of y exchanged for what stands ``by`` bits higher in x."""
    moved = (x >> by ^ y) & mask
    return x ^ moved << by, y ^ moved


@LOOPS(_WORDS)
def _to_bytes(held: Array) -> None:
    """From digit by digit to a byte for each number: 8 x 8 bits turned about their diagonal, in three steps."""
    halves, quarters, eighths = _U(0x0F0F0F0F0F0F0F0F), _U(0x3333333333333333), _U(0x5555555555555555)
    for w in range(_U(_ROW)):
        a, e = _exchange(held[w], held[w + _U(4 * _ROW)], _U(4), halves)
        b, f = _exchange(held[w + _U(_ROW)], held[w + _U(5 * _ROW)], _U(4), halves)
        c, g = _exchange(held[w + _U(2 * _ROW)], held[w + _U(6 * _ROW)], _U(4), halves)
        d, h = _exchange(held[w + _U(3 * _ROW)], held[w + _U(7 * _ROW)], _U(4), halves)
        a, c = _exchange(a, c, _U(2), quarters)
        b, d = _exchange(b, d, _U(2), quarters)
        e, g = _exchange(e, g, _U(2), quarters)
        f, h = _exchange(f, h, _U(2), quarters)
        held[w], held[w + _U(_ROW)] = _exchange(a, b, _U(1), eighths)
        held[w + _U(2 * _ROW)], held[w + _U(3 * _ROW)] = _exchange(c, d, _U(1), eighths)
        held[w + _U(4 * _ROW)], held[w + _U(5 * _ROW)] = _exchange(e, f, _U(1), eighths)
        held[w + _U(6 * _ROW)], held[w + _U(7 * _ROW)] = _exchange(g, h, _U(1), eighths)


@LOOPS(uint8[::1], int64, int16[::1], int64)
def _take(number: Array, vote: int, sums: Array, parts: int) -> None:
    """Add up who gave each answer to each statement b, all of them having given ``vote`` to a; see ``pair_sums``."""
    x = np.int16(vote)
    for part in range(_U(parts)):
        here = number[_U(192) * part : _U(192) * part + _U(192)]
        to = sums[_U(256) * part : _U(256) * part + _U(256)]
        for b in range(_U(64)):
            disagree, agree = np.int16(here[b]), np.int16(here[b + _U(128)])
            every, lean = np.int16(disagree + agree + np.int16(here[b + _U(64)])), np.int16(agree - disagree)
            to[b] += every
            to[b + _U(64)] += lean
            to[b + _U(128)] += x * every
            to[b + _U(192)] += x * lean


@LOOPS(_START, _CODE, int64, int64, int32[::1], int32[::1], _PLACES, _WORDS, int64)
def _lay_out(
    start: Array,
    code: Array,
    low: int,
    high: int,
    begin: Array,
    end: Array,
    at: Array,
    rows: Array,
    apart: int,
) -> None:
    """The answers of the people from ``low`` to ``high`` in bits; and in ``at`` where the rows of those who gave each
    code stand, from begin[code] on, filled up with an empty row to sixteens.

    Statement b is found in block b // 512, which are ``apart``, in byte b % 64 of its answer, in bit b // 64 % 8: so
    the bytes of the sums stand in the order of statements.
    """
    end[:] = 0
    for r in range(_U(start[low]), _U(start[high])):
        end[_U(code[r])] += 1
    total = 0
    for answer in range(len(end)):
        begin[answer] = total
        total += (end[answer] + _TOGETHER - 1) // _TOGETHER * _TOGETHER
        end[answer] = begin[answer]
    begin[len(end)] = total
    rows[:] = _U(0)
    for i in range(low, high):
        row = _U((i - low) * _ROW)
        for r in range(_U(start[i]), _U(start[i + 1])):
            c = _U(code[r])
            b = c >> _U(2)
            word = (b >> _U(9)) * _U(apart) + row + (c & _U(3)) * _U(8) + (b >> _U(3) & _U(7))
            rows[word] |= _U(1) << ((b & _U(7)) * _U(8) + (b >> _U(6) & _U(7)))
            at[_U(end[c])] = row
            end[c] += 1
    for answer in range(len(end)):
        at[end[answer] : begin[answer + 1]] = apart - _ROW


@LOOPS(_WORDS, _PLACES, int64, int64, int64, int16[::1], int64)
def _add_up(rows: Array, at: Array, first: int, last: int, vote: int, sums: Array, parts: int) -> None:
    """Add the rows from at[first] to at[last] to the sums, as those of people who gave ``vote`` to statement a."""
    held = carray(_on_the_stack(), _DIGITS * _ROW)
    for begin in range(_U(first), _U(last), _U(_AT_MOST)):
        held[:] = _U(0)
        for s in range(begin, min(begin + _U(_AT_MOST), _U(last)), _U(_TOGETHER)):
            _add_sixteen(rows, at, s, held)
        _to_bytes(held)
        _take(held.view(np.uint8), vote, sums, parts)


@LOOPS(_WORDS, _PLACES, int32[::1], int64, int16[::1], int32[:, ::1])
def _add_block(rows: Array, at: Array, begin: Array, left: int, short: Array, sums: Array) -> None:
    """Add the pairs of each statement with the 512 from ``left`` on, or with those of them that do not precede it."""
    m = len(sums)
    parts = (min(_ABREAST, m - left) + 63) // 64
    for a in range(min(m, left + _ABREAST)):
        if begin[4 * a] == begin[4 * a + 3]:
            continue
        short[: 256 * parts] = 0
        for answer in range(3):
            first, last = begin[4 * a + answer], begin[4 * a + answer + 1]
            _add_up(rows, at, first, last, answer - 1, short, parts)
        row = sums[a, 4 * left : 4 * left + 256 * parts]
        for s in range(_U(max(a - left, 0) // 64 * 256), _U(256 * parts)):
            row[s] += short[s]


@LOOPS(int64)
def _words(number: int) -> Array:
    """So many words, beginning where a line of the cache begins: else nearly every load of 64 bytes touches two."""
    room = np.empty(number + 8, np.uint64)
    skip = (-room.ctypes.data % 64) // 8
    return room[skip : skip + number]


@LOOPS(_START, _CODE, int64, int64, int32[:, ::1])
def pair_sums(start: Array, code: Array, first: int, last: int, sums: Array) -> None:
    """Add the people from ``first`` to ``last`` to the sums of each pair of statements a <= b: number who answered
    both, vote b of those who answered a, vote a of them, vote a times vote b.

    These stand for 64 statements b after the other, four times 64 numbers each: int32[m, 256 x (m / 64, rounded up)].
    Below the diagonal they are not complete.

    A person's answers are bits, three for each statement. The rows of all who disagree with a, then of all who pass,
    then of all who agree are added up column by column, by adders that work on 64 columns at once, or on as many as
    the machine's registers are wide: what a vote costs does not depend on how much the person answered. It is done
    tile by tile of people, whose rows stay in the cache; who gave which answer is known from a counting sort.
    """
    m = len(sums)
    most = 0
    for low in range(first, last, _TILE):
        most = max(most, start[min(low + _TILE, last)] - start[low])
    apart = (min(_TILE, last - first) + 1) * _ROW  # the last row stays empty
    rows = _words((m + _ABREAST - 1) // _ABREAST * apart)
    at = np.empty(most + 3 * m * (_TOGETHER - 1), np.uint32)
    begin, end = np.empty(4 * m + 1, np.int32), np.empty(4 * m, np.int32)
    short = np.empty(4 * _ABREAST, np.int16)
    for low in range(first, last, _TILE):
        _lay_out(start, code, low, min(low + _TILE, last), begin, end, at, rows, apart)
        for left in range(0, m, _ABREAST):
            block = left // _ABREAST * apart
            _add_block(rows[block : block + apart], at, begin, left, short, sums)


@LOOPS(int32[:, ::1], int64[:, ::1], int64[:, ::1], int64[:, ::1])
def unfold(sums: Array, xx: Array, mx: Array, mm: Array) -> None:
    """Add what ``pair_sums`` found to the whole matrices, above and below the diagonal."""
    m = len(sums)
    for left in range(0, m, 64):
        for top in range(0, left + 1, 64):
            for a in range(top, min(top + 64, m)):
                four = sums[a, 4 * left : 4 * left + 256]
                for b in range(_U(max(a, left)), _U(min(left + 64, m))):
                    s = b - _U(left)
                    mm[a, b] += four[s]
                    mx[a, b] += four[s + _U(64)]
                    xx[a, b] += four[s + _U(192)]
                    if b > a:
                        mm[b, a] += four[s]
                        mx[b, a] += four[s + _U(128)]
                        xx[b, a] += four[s + _U(192)]


@LOOPS(int64[:, ::1], int64[:, ::1], int64[:, ::1], float64[::1], float64, float64[:, ::1])
def covariance(xx: Array, mx: Array, mm: Array, mu: Array, degrees: float, out: Array) -> None:
    """(xx - mu_a mx_ab - mu_b mx_ba + mu_a mu_b mm) / degrees, both triangles alike."""
    m = len(mu)
    for top in range(0, m, 64):
        for left in range(top, m, 64):
            for a in range(top, min(top + 64, m)):
                for b in range(_U(max(a, left)), _U(min(left + 64, m))):
                    cross = mu[a] * mx[a, b] + mu[b] * mx[b, a]
                    value = (xx[a, b] - cross + mu[a] * mu[b] * mm[a, b]) / degrees
                    out[a, b] = value
                    out[b, a] = value


_MARKS = (uint8[:, ::1], uint64[::1])
_LOWEST = 0x5555555555555555  # the lower bit of each of 32 marks
USUAL = 3  # votes in 32 marks, seldom more: so many are written without asking how many there are


@njit(inline="always")
def _word(row: Array, at: Any) -> Any:
    """32 marks of a row, from byte 8 at; the compiler makes one reading of these eight."""
    word, first = _U(0), at << _U(3)
    for k in range(_U(8)):
        word |= _U(row[first + k]) << (k << _U(3))
    return word


@njit(inline="always")
def _last_word(row: Array, at: Any) -> Any:
    """The same where the row ends before."""
    word, first = _U(0), at << _U(3)
    for k in range(_U(len(row)) - first):
        word |= _U(row[first + k]) << (k << _U(3))
    return word


@njit(inline="always")
def _votes_in(word: Any) -> Any:
    """The lower bit of each mark that is a vote."""
    return (word | word >> _U(1)) & _U(_LOWEST)


@njit(inline="always")
def _ones(word: Any) -> Any:
    """How many bits are set; the compiler knows these lines and makes one instruction of them."""
    word -= word >> _U(1) & _U(_LOWEST)
    word = (word & _U(0x3333333333333333)) + (word >> _U(2) & _U(0x3333333333333333))
    word = (word + (word >> _U(4))) & _U(0x0F0F0F0F0F0F0F0F)
    return word * _U(0x0101010101010101) >> _U(56)


@LOOPS(*_MARKS, int64[::1])
def count_marks(marks: Array, wanted: Array, start: Array) -> None:
    """start[i + 1] = the wanted votes of all people up to person i; 32 marks of two bits stand in a word."""
    total, whole = _U(0), _U(marks.shape[1] // 8)
    for i in range(len(marks)):
        for at in range(whole):
            total += _ones(_votes_in(_word(marks[i], at) & wanted[at]))
        if whole < _U(len(wanted)):
            total += _ones(_votes_in(_last_word(marks[i], whole) & wanted[whole]))
        start[i + 1] = total


@LOOPS(*_MARKS, uint16[::1])
def codes_of_marks(marks: Array, wanted: Array, code: Array) -> None:
    """The codes of the wanted votes, one after the other; ``code`` has ``USUAL`` places more than there are votes."""
    to, whole = _U(0), _U(marks.shape[1] // 8)
    for i in range(len(marks)):
        for at in range(whole):
            to = _codes(_word(marks[i], at) & wanted[at], at, code, to)
        if whole < _U(len(wanted)):
            to = _codes(_last_word(marks[i], whole) & wanted[whole], whole, code, to)


@njit(inline="always")
def _codes(word: Any, at: Any, code: Array, to: Any) -> Any:
    """Write the codes of a word from the place ``to`` on, and give the place after them."""
    left = _votes_in(word)
    end = to + _ones(left)
    word -= left  # a mark is the answer and one more
    for k in range(_U(USUAL)):
        code[to + k] = _code(word, left, at)
        left &= left - _U(1)
    to += _U(USUAL)
    while left:
        code[to] = _code(word, left, at)
        left &= left - _U(1)
        to += _U(1)
    return end


@njit(inline="always")
def _code(word: Any, left: Any, at: Any) -> Any:
    """The code of the first of the votes left of a word; where none is left, anything."""
    bit = _ones((left & (~left + _U(1))) - _U(1)) & _U(63)
    return np.uint16((at << _U(7)) + (bit << _U(1)) + (word >> bit & _U(3)))


@LOOPS(_START, _CODE, int64[::1], int64, int64, int64[:, ::1])
def tally(start: Array, code: Array, side: Array, first: int, last: int, counts: Array) -> None:
    """Count the codes of each side: counts int64[sides, 4 m]; side -1 is not counted."""
    for i in range(first, last):
        if side[i] >= 0:
            own = counts[side[i]]
            for r in range(_U(start[i]), _U(start[i + 1])):
                own[code[r]] += 1


@LOOPS(_START, _CODE, int64, int64, float64[:, ::1], float64[:, ::1])
def along(start: Array, code: Array, first: int, last: int, table: Array, sums: Array) -> None:
    """sums[i] = the sum of ``table[code]`` (two numbers each) over the votes of person i."""
    for i in range(first, last):
        x = y = 0.0
        for r in range(_U(start[i]), _U(start[i + 1])):
            c = code[r]
            x += table[c, 0]
            y += table[c, 1]
        sums[i, 0] = x
        sums[i, 1] = y


@LOOPS(_START, _CODE, int64, int64, float64[::1], float64[::1])
def there_and_back(start: Array, code: Array, first: int, last: int, weight: Array, sums: Array) -> None:
    """To sums[code] of each vote, add the person's sum of ``weight[code]``: D'(D v) in one pass."""
    for i in range(first, last):
        own = 0.0
        for r in range(_U(start[i]), _U(start[i + 1])):
            own += weight[code[r]]
        for r in range(_U(start[i]), _U(start[i + 1])):
            sums[code[r]] += own


@LOOPS(float64[:, :], float64, int32[:, ::1])
def lattice(points: Array, unit: float, out: Array) -> Array:
    """Round to the lattice; each axis' sum of cubes as (high, low) parts of whole numbers, int64[2, 2]."""
    cubes = np.zeros((2, 2), np.int64)
    for i in range(len(points)):
        for axis in range(2):
            whole = np.int64(np.rint(points[i, axis] / unit))
            out[i, axis] = whole
            cube = whole * whole * whole
            cubes[axis, 0] += cube >> 32
            cubes[axis, 1] += cube & _LOW
    return cubes


@LOOPS(int32[:, ::1], int64[::1], int64, int64[::1], int64[:, ::1])
def gather(points: Array, reach: Array, grid: int, number: Array, sums: Array) -> None:
    """Number of points and sums of their coordinates in each cell of the grid."""
    for i in range(len(points)):
        x, y = np.int64(points[i, 0]), np.int64(points[i, 1])
        column = min(int((x / reach[0] + 1) * (grid / 2)), grid - 1)
        row = min(int((y / reach[1] + 1) * (grid / 2)), grid - 1)
        cell = column * grid + row
        number[cell] += 1
        sums[cell, 0] += x
        sums[cell, 1] += y


@LOOPS(float64[:, ::1], float64[:, ::1], int64[::1], float64[:, ::1])
def spread_starts(points: Array, weight: Array, of: Array, chance: Array) -> Array:
    """k-means++ for each run: run r draws with ``weight[of[r]]`` and the numbers ``chance[r]`` in [0, 1)."""
    runs, k = chance.shape
    b = len(points)
    centres = np.empty((runs, k, 2))
    away, first, ladder = np.empty(b), np.empty(b), np.empty(b)
    held = -1
    for run in range(runs):
        own = weight[of[run]]
        if of[run] != held:
            held = of[run]
            everybody = 0.0
            for i in range(b):
                everybody += own[i]
                first[i] = everybody
        pick = min(np.searchsorted(first, chance[run, 0] * everybody, side="right"), b - 1)
        away[:] = np.inf
        for c in range(k):
            x, y = points[pick, 0], points[pick, 1]
            centres[run, c, 0] = x
            centres[run, c, 1] = y
            if c + 1 < k:
                total = 0.0
                for i in range(b):
                    dx, dy = points[i, 0] - x, points[i, 1] - y
                    away[i] = min(away[i], dx * dx + dy * dy)
                    total += own[i] * away[i]
                    ladder[i] = total
                pick = min(np.searchsorted(ladder, chance[run, c + 1] * total, side="right"), b - 1)
    return centres


@LOOPS(float64[:, ::1], float64[:, ::1], int64[::1], float64[:, :, ::1], int64, boolean[::1])
def lloyd(
    points: Array, weight: Array, of: Array, starts: Array, steps: int, exact: Array
) -> tuple[Array, Array, Array]:
    """Lloyd's steps for each run until nothing moves: centres, sizes and spread as in ``groups._lloyd``.

    Where sums are ``exact`` only those who changed their group are added and taken off; otherwise all are added up
    in order, as the last bit depends on it.
    """
    runs, k, _ = starts.shape
    b = len(points)
    centres, sizes, spread = starts.copy(), np.zeros((runs, k)), np.zeros(runs)
    group, nearest = np.empty(b, np.int64), np.empty(b, np.int64)
    changed, gap = np.empty(b, _U), np.empty(b)
    x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    square, twice_x, twice_y = x * x + y * y, 2 * x, 2 * y
    mass, sums = np.empty((b, 3)), np.empty((k, 3))  # people, and their coordinates added up
    held = -1
    for run in range(runs):
        own, centre = weight[of[run]], centres[run]
        if of[run] != held:
            held = of[run]
            for i in range(b):
                mass[i, 0] = own[i]
                mass[i, 1] = own[i] * x[i]
                mass[i, 2] = own[i] * y[i]
        group[:] = -1
        for step in range(steps):
            gap[:] = np.inf
            for c in range(k):
                cx, cy = centre[c, 0], centre[c, 1]
                length = cx * cx + cy * cy
                for i in range(b):
                    d = length - (cx * twice_x[i] + cy * twice_y[i])
                    closer = d < gap[i]
                    gap[i] = d if closer else gap[i]
                    nearest[i] = c if closer else nearest[i]
            many = _U(0)
            for i in range(b):
                changed[many] = i
                many += _U(nearest[i] != group[i])
            if many == 0:
                break
            if step == 0 or not exact[held]:
                sums[:] = 0.0
                for i in range(b):
                    total, one = sums[_U(nearest[i])], mass[i]
                    total[0] += one[0]
                    total[1] += one[1]
                    total[2] += one[2]
            else:
                for s in range(many):
                    i = changed[s]
                    before, after, one = sums[_U(group[i])], sums[_U(nearest[i])], mass[i]
                    before[0] -= one[0]
                    before[1] -= one[1]
                    before[2] -= one[2]
                    after[0] += one[0]
                    after[1] += one[1]
                    after[2] += one[2]
            group, nearest = nearest, group
            for c in range(k):
                sizes[run, c] = sums[c, 0]
                if sums[c, 0] > 0:
                    centre[c, 0] = sums[c, 1] / sums[c, 0]
                    centre[c, 1] = sums[c, 2] / sums[c, 0]
        inside = 0.0
        for i in range(b):
            inside += own[i] * (gap[i] + square[i])
        spread[run] = inside
    return centres, sizes, spread


@LOOPS(int32[:, ::1], float64[:, ::1], int64[::1])
def nearest(points: Array, centres: Array, group: Array) -> Array:
    """The nearest centre of each point into ``group``; int64[k, 3]: number and coordinate sums of each."""
    k = len(centres)
    sums = np.zeros((k, 3), np.int64)
    length = centres[:, 0] * centres[:, 0] + centres[:, 1] * centres[:, 1]
    for i in range(len(points)):
        x, y = points[i, 0], points[i, 1]
        best, closest = 0, length[0] - 2 * (centres[0, 0] * x + centres[0, 1] * y)
        for c in range(1, k):
            d = length[c] - 2 * (centres[c, 0] * x + centres[c, 1] * y)
            if d < closest:
                best, closest = c, d
        group[i] = best
        sums[best, 0] += 1
        sums[best, 1] += x
        sums[best, 2] += y
    return sums


@LOOPS(float64[:, ::1], float64[:, :, ::1], int64[:, ::1])
def group_of(points: Array, centres: Array, group: Array) -> None:
    """The nearest centre of each point in each run, as ``groups._nearest_of``."""
    for run in range(len(centres)):
        centre = centres[run]
        for i in range(len(points)):
            x, y = 2 * points[i, 0], 2 * points[i, 1]
            best, closest = 0, np.inf
            for c in range(len(centre)):
                cx, cy = centre[c, 0], centre[c, 1]
                d = cx * cx + cy * cy - (cx * x + cy * y)
                if d < closest:
                    best, closest = c, d
            group[run, i] = best


@LOOPS(float64[:, :], float64[::1], int64[::1], float64[::1])
def silhouette(reach: Array, size: Array, group: Array, score: Array) -> None:
    """From each cell's summed distance to the people of each group, as ``groups._scores``."""
    for i in range(len(group)):
        g = group[i]
        own = reach[i, g] / max(size[g] - 1, 1.0)
        other = np.inf
        for c in range(len(size)):
            if c != g and size[c] > 0:
                other = min(other, reach[i, c] / max(size[c], 1.0))
        larger = max(own, other)
        score[i] = (other - own) / larger if larger > 0 and size[g] > 1 else 0.0


@LOOPS(float64[:, ::1], float64[:, ::1])
def distances(points: Array, out: Array) -> None:
    """The distance of each point to each other."""
    x, y = np.ascontiguousarray(points[:, 0]), np.ascontiguousarray(points[:, 1])
    for i in range(len(points)):
        row, here_x, here_y = out[i], x[i], y[i]
        for j in range(len(points)):
            dx, dy = x[j] - here_x, y[j] - here_y
            row[j] = np.sqrt(dx * dx + dy * dy)


_ROWS = (int64[::1], int64[::1], int64[::1], _CODE, int64)


@LOOPS(int64[::1], int64[::1], int64[::1], *_ROWS, int64[::1], int64[:, :, ::1], int32[:, :, ::1])
def give(
    person: Array,
    statement: Array,
    answer: Array,
    begin: Array,
    length: Array,
    room: Array,
    pool: Array,
    used: int,
    side: Array,
    counts: Array,
    pairs: Array,
) -> tuple[int, int]:
    """Take in votes one by one (answer 3: taken back): how many the pool had room for, and what it now holds.

    What is counted once stands in one row of ``pairs`` and side by side, see ``incremental._folded``: most of the
    time goes into waiting for memory.
    """
    for v in range(len(person)):
        i, a, new = person[v], statement[v], answer[v]
        if length[i] == room[i]:
            larger = 2 * length[i] + 4
            if used + larger > len(pool):
                return v, used
            for r in range(length[i]):
                pool[used + r] = pool[begin[i] + r]
            begin[i] = used
            room[i] = larger
            used += larger
        row = pool[begin[i] : begin[i] + room[i]]
        n = length[i]
        place = 0
        while place < n and (row[place] >> 2) < a:
            place += 1
        old: Any = 3
        if place < n and row[place] >> 2 == a:
            old = np.int64(row[place] & 3)
        before = old - 1 if old < 3 else 0
        after = new - 1 if new < 3 else 0
        moved, came = after - before, (1 if new < 3 else 0) - (1 if old < 3 else 0)
        with_a = pairs[a]
        for r in range(n):
            if r != place or old == 3:
                pair, y = with_a[row[r] >> 2], np.int64(row[r] & 3) - 1
                pair[0] += moved * y
                pair[1] += came * y
                pair[2] += moved
                pair[3] += came
        with_a[a, 0] += after * after - before * before
        with_a[a, 1] += moved
        with_a[a, 3] += came
        if side[i] >= 0:
            if old < 3:
                counts[side[i], a, old] -= 1
            if new < 3:
                counts[side[i], a, new] += 1
        if old == 3 and new < 3:
            for r in range(n, place, -1):
                row[r] = row[r - 1]
        elif old < 3 and new == 3:
            for r in range(place, n - 1):
                row[r] = row[r + 1]
        if new < 3:
            row[place] = a << 2 | new
        length[i] = n + came
    return len(person), used


@LOOPS(float64[:, ::1], float64[:, ::1])
def _inverse(matrix: Array, out: Array) -> None:
    """The inverse of a small symmetric positive definite matrix, by Gauss and Jordan without pivots."""
    k = len(matrix)
    work = matrix.copy()
    out[:] = 0.0
    for i in range(k):
        out[i, i] = 1.0
    for i in range(k):
        pivot = 1.0 / work[i, i]
        for j in range(k):
            work[i, j] *= pivot
            out[i, j] *= pivot
        for r in range(k):
            if r != i:
                factor = work[r, i]
                for j in range(k):
                    work[r, j] -= factor * work[i, j]
                    out[r, j] -= factor * out[i, j]


_PER_CELL = (float64[:, ::1], float64[:, ::1])


@LOOPS(float64[::1], float64[:, ::1], *_PER_CELL, float64[:, ::1], float64[:, :, ::1])
def belief(
    usual: Array, spread: Array, precision: Array, pull: Array, mean: Array, covariance: Array
) -> None:
    """Mean [m, K] and covariance [m, K, K] of the log-odds given the Gaussian sites, as ``bridging._belief``."""
    m, k = precision.shape
    prior, tight = np.empty((k, k)), np.empty((k, k))
    _inverse(spread, prior)
    lean = np.empty(k)
    for a in range(k):
        lean[a] = 0.0
        for b in range(k):
            lean[a] += prior[a, b] * usual[b]
    for j in range(m):
        tight[:] = prior
        for a in range(k):
            tight[a, a] += precision[j, a]
        own = covariance[j]
        _inverse(tight, own)
        for a in range(k):
            mean[j, a] = 0.0
            for b in range(k):
                mean[j, a] += own[a, b] * (lean[b] + pull[j, b])


@LOOPS(*_PER_CELL, float64[::1], float64[::1], float64[:, ::1], float64[:, :, ::1], *_PER_CELL)
def sites(
    yes: Array,
    n: Array,
    nodes: Array,
    log_weights: Array,
    mean: Array,
    covariance: Array,
    precision: Array,
    pull: Array,
) -> None:
    """New sites in place of the old, as ``bridging._sites``: moments of each cell by quadrature."""
    m, k = yes.shape
    theta, weight = np.empty(len(nodes)), np.empty(len(nodes))
    for j in range(m):
        for a in range(k):
            variance = covariance[j, a, a]
            rest = 1 / variance - precision[j, a]
            lean = mean[j, a] / variance - pull[j, a]
            largest = -np.inf
            for q in range(len(nodes)):
                t = mean[j, a] + np.sqrt(variance) * nodes[q]
                softplus = max(t, 0.0) + np.log1p(np.exp(-abs(t)))
                theta[q] = t
                weight[q] = yes[j, a] * t - n[j, a] * softplus - t * (rest * t / 2 - lean) + log_weights[q]
                largest = max(largest, weight[q])
            total = centre = width = 0.0
            for q in range(len(nodes)):
                weight[q] = np.exp(weight[q] - largest)
                total += weight[q]
                centre += weight[q] * theta[q]
            centre /= total
            for q in range(len(nodes)):
                width += weight[q] / total * (theta[q] - centre) ** 2
            tighter = min(max(1 / max(width, 1e-12) - rest, 0.0), n[j, a] / 4)
            precision[j, a] = tighter
            pull[j, a] = centre * (tighter + rest) - lean if n[j, a] > 0 else 0.0


@LOOPS(float64[:, ::1], float64[:, :, ::1], float64[:, ::1], float64[:, ::1])
def smallest(mean: Array, root: Array, half: Array, out: Array) -> None:
    """out[j] = the smallest over sides of mean[j] + root[j] @ normal: ``half`` [K, draws/2] and its mirror image."""
    m, k = mean.shape
    draws = half.shape[1]
    theta = np.empty(draws)
    for j in range(m):
        low, high = out[j, :draws], out[j, draws:]
        for a in range(k):
            theta[:] = 0.0
            for b in range(a + 1):
                factor, normal = root[j, a, b], half[b]
                for d in range(draws):
                    theta[d] += factor * normal[d]
            centre = mean[j, a]
            for d in range(draws):
                up, down = centre + theta[d], centre - theta[d]
                low[d] = up if a == 0 else min(low[d], up)
                high[d] = down if a == 0 else min(high[d], down)


@LOOPS(int64[::1], float64[:, ::1], boolean[::1])
def tied(ranked: Array, pairs: Array, same: Array) -> None:
    """same[r]: whether place r is tied with the first of its run, by two Monte Carlo errors.

    ``pairs`` [m, draws/2] is the mean of each draw and its mirror image.
    """
    first = 0
    draws = pairs.shape[1]
    for r in range(1, len(ranked)):
        one, other = pairs[ranked[first]], pairs[ranked[r]]
        total = square = 0.0
        for d in range(draws):
            total += one[d] - other[d]
        mean = total / draws
        for d in range(draws):
            square += (one[d] - other[d] - mean) ** 2
        same[r] = abs(mean) <= 2 * np.sqrt(square / draws) / np.sqrt(draws) + 1e-12
        if not same[r]:
            first = r


@LOOPS(int64[::1], int32[::1], boolean[::1], int64, float64)
def in_turn(
    start: Array, statement: Array, allowed: Array, size: int, better: float
) -> tuple[Array, Array, Array]:
    """The sequential choice from the statements each person names, as ``slate.in_turn``: statements in the order
    chosen, each person's number of them, and what each statement would add to them.

    Only who names a chosen statement is counted anew; a person's statements rise, so looking for it stops early.
    """
    people, m = len(start) - 1, len(allowed)
    may, gain, happy = allowed.copy(), np.zeros(m), np.zeros(people)
    for r in range(_U(start[people])):
        gain[statement[r]] += 1.0
    chosen = np.empty(min(size, int(allowed.sum())), np.int64)
    for place in range(len(chosen)):
        most = -np.inf
        for c in range(m):
            if may[c]:
                most = max(most, gain[c])
        best = 0
        while not (may[best] and gain[best] >= most - better):
            best += 1
        chosen[place] = best
        may[best] = False
        for i in range(people):
            at: Any = _U(start[i])
            last = _U(start[i + 1])
            while at < last and statement[at] < best:
                at += _U(1)
            if at < last and statement[at] == best:
                less = 1 / (2 + happy[i]) - 1 / (1 + happy[i])
                happy[i] += 1.0
                for other in range(_U(start[i]), last):
                    gain[_U(statement[other])] += less
    return chosen, happy, gain
