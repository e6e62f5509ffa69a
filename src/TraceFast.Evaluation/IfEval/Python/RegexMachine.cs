namespace TraceFast.Evaluation.IfEval.Python;

/// <summary>
/// Runs a program on one text by backtracking, with the order of alternatives that Python has. Every step is counted, so that no pattern runs without end.
/// </summary>
internal sealed class RegexMachine(RegexProgram program, CodePoints text, long budget)
{
    private readonly int[] slots = new int[program.Slots];
    private readonly List<Entry> stack = [];
    private long steps;

    /// <summary>What to go back to: a place in the program and the text; or a slot's former value; or the rest of a run.</summary>
    private readonly record struct Entry(EntryKind Kind, int A, int B, int C = 0);

    private enum EntryKind
    {
        /// <summary>Go on at instruction A, position B.</summary>
        Branch,

        /// <summary>Slot A was B.</summary>
        Slot,

        /// <summary>Go on after the run at A from position B, B - 1 ... C.</summary>
        Shrink,

        /// <summary>Go on after the run at A from position B, which must still take code points of its set; C is the highest position.</summary>
        Grow,
    }

    /// <summary>Start and end of group i after a match: [2 i] and [2 i + 1]; -1 where it took no part.</summary>
    public ReadOnlySpan<int> Slots => slots;

    /// <summary>The steps were used up.</summary>
    public bool Exhausted => steps > budget;

    /// <summary>Matches from a position; group 0 is set.</summary>
    /// <param name="notEmpty">An empty match does not count.</param>
    public bool Match(int start, bool notEmpty)
    {
        slots.AsSpan().Fill(-1);
        stack.Clear();
        if (Run(0, start, notEmpty ? start : -1) is not (>= 0 and int end))
            return false;
        (slots[0], slots[1]) = (start, end);
        return true;
    }

    /// <summary>Where the program, from an instruction on, accepts; -1: nowhere. What it did to slots stays undoable.</summary>
    private int Run(int pc, int at, int notAt)
    {
        int floor = stack.Count;
        while (true)
        {
            if (++steps > budget)
                return -1;
            Instruction i = program.Code[pc];
            bool ok = true;
            switch (i.Op)
            {
                case Op.Accept when at == notAt:
                    ok = false;
                    break;
                case Op.Accept:
                    KeepSlotsOnly(floor);
                    return at;
                case Op.Set:
                    ok = at < text.Length && i.Set!.Contains(text[at]);
                    at++;
                    pc++;
                    break;
                case Op.Run:
                    ok = StartRun(i, pc, ref at);
                    pc++;
                    break;
                case Op.Jump:
                    pc = i.X;
                    break;
                case Op.Split:
                    stack.Add(new Entry(EntryKind.Branch, i.Y, at));
                    pc = i.X;
                    break;
                case Op.Save:
                    Set(i.X, at);
                    pc++;
                    break;
                case Op.Anchor:
                    ok = Holds((AnchorKind)i.X, at);
                    pc++;
                    break;
                case Op.BackReference:
                    ok = Repeats(i, ref at);
                    pc++;
                    break;
                case Op.Look:
                    ok = at >= i.X && (Run(pc + 1, at - i.X, -1) >= 0) != (i.Y == 1) || (at < i.X && i.Y == 1);
                    pc = i.Z;
                    break;
                case Op.Atomic:
                    int end = Run(pc + 1, at, -1);
                    ok = end >= 0;
                    (at, pc) = (end, i.Z);
                    break;
                case Op.LoopStart:
                    Loop loop = program.Loops[i.X];
                    Set(loop.Slot, 0);
                    Set(loop.Slot + 1, -1);
                    pc++;
                    break;
                case Op.LoopTest:
                    pc = Test(program.Loops[i.X], pc, at, i.Y);
                    break;
                case Op.LoopEnter:
                    Loop entered = program.Loops[i.X];
                    Set(entered.Slot + 1, at);
                    Set(entered.Slot, slots[entered.Slot] + 1);
                    pc++;
                    break;
                case Op.UnlessGroup:
                    pc = slots[(2 * i.X) + 1] >= 0 ? pc + 1 : i.Y;
                    break;
            }
            if (!ok && !Back(floor, ref pc, ref at))
                return -1;
        }
    }

    /// <summary>Once more, or on; a round that took nothing is not followed by another (Modules/_sre/sre_lib.h, MAX_UNTIL).</summary>
    private int Test(Loop loop, int pc, int at, int exit)
    {
        int count = slots[loop.Slot], body = pc + 1;
        if (count < loop.Min)
            return body;
        if (count == loop.Max || at == slots[loop.Slot + 1])
            return exit;
        (int first, int second) = loop.Mode == RepeatMode.Greedy ? (body, exit) : (exit, body);
        stack.Add(new Entry(EntryKind.Branch, second, at));
        return first;
    }

    private bool StartRun(Instruction run, int pc, ref int at)
    {
        int most = (int)Math.Min(text.Length, (long)at + run.Y), least = at + run.X;
        if (least > text.Length)
            return false;
        bool lazy = (RepeatMode)run.Z == RepeatMode.Lazy;
        int wanted = lazy ? least : most;
        int end = at;
        while (end < wanted && run.Set!.Contains(text[end]))
            end++;
        steps += (end - at) / 8;
        if (end < least)
            return false;
        at = end;
        if (lazy && end < most)
            stack.Add(new Entry(EntryKind.Grow, pc, end, most));
        else if ((RepeatMode)run.Z == RepeatMode.Greedy && end > least)
            stack.Add(new Entry(EntryKind.Shrink, pc, end - 1, least));
        return true;
    }

    private bool Back(int floor, ref int pc, ref int at)
    {
        while (stack.Count > floor)
        {
            Entry e = stack[^1];
            stack.RemoveAt(stack.Count - 1);
            switch (e.Kind)
            {
                case EntryKind.Slot:
                    slots[e.A] = e.B;
                    continue;
                case EntryKind.Branch:
                    (pc, at) = (e.A, e.B);
                    return true;
                case EntryKind.Shrink:
                    if (e.B > e.C)
                        stack.Add(e with { B = e.B - 1 });
                    (pc, at) = (e.A + 1, e.B);
                    return true;
                case EntryKind.Grow:
                    if (!program.Code[e.A].Set!.Contains(text[e.B]))
                        continue;
                    if (e.B + 1 < e.C)
                        stack.Add(e with { B = e.B + 1 });
                    (pc, at) = (e.A + 1, e.B + 1);
                    return true;
            }
        }
        return false;
    }

    private void Set(int slot, int value)
    {
        stack.Add(new Entry(EntryKind.Slot, slot, slots[slot]));
        slots[slot] = value;
    }

    /// <summary>Forgets the branches above a height, but not how to restore the slots.</summary>
    private void KeepSlotsOnly(int floor)
    {
        int kept = floor;
        for (int i = floor; i < stack.Count; i++)
            if (stack[i].Kind == EntryKind.Slot)
                stack[kept++] = stack[i];
        stack.RemoveRange(kept, stack.Count - kept);
    }

    private bool Repeats(Instruction reference, ref int at)
    {
        int start = slots[2 * reference.X], end = slots[(2 * reference.X) + 1];
        if (start < 0 || end < 0 || at + end - start > text.Length)
            return false;
        for (int i = start; i < end; i++, at++)
            if (text[i] != text[at] && (reference.Y == 0 || CaseFolding.Lower(text[i]) != CaseFolding.Lower(text[at])))
                return false;
        return true;
    }

    private bool Holds(AnchorKind kind, int at) => kind switch
    {
        AnchorKind.Start => at == 0,
        AnchorKind.End => at == text.Length,
        AnchorKind.LineStart => at == 0 || text[at - 1] == '\n',
        AnchorKind.EndOrLastLineFeed => at == text.Length || (at == text.Length - 1 && text[at] == '\n'),
        AnchorKind.LineEnd => at == text.Length || text[at] == '\n',
        // On an empty text neither holds.
        _ => text.Length > 0 && (IsWordAt(at - 1) != IsWordAt(at)) == (kind == AnchorKind.WordBoundary),
    };

    private bool IsWordAt(int at) => at >= 0 && at < text.Length && CharacterClasses.IsWord(text[at]);
}
