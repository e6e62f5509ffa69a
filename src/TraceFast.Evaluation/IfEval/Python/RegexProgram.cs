namespace TraceFast.Evaluation.IfEval.Python;

internal enum Op
{
    /// <summary>End of the program, or of the sub-program of a look-around or atomic group.</summary>
    Accept,

    /// <summary>One code point of <see cref="Instruction.Set"/>.</summary>
    Set,

    /// <summary>X to Y code points of the set, then on; Z: <see cref="RepeatMode"/>.</summary>
    Run,

    /// <summary>Go to X.</summary>
    Jump,

    /// <summary>Try X, then Y.</summary>
    Split,

    /// <summary>Store the position in slot X.</summary>
    Save,

    /// <summary>The <see cref="AnchorKind"/> X holds here.</summary>
    Anchor,

    /// <summary>What group X matched; Y = 1: ignoring case.</summary>
    BackReference,

    /// <summary>The sub-program that follows, X code points back, matches (Y = 0) or not (Y = 1); go on at Z.</summary>
    Look,

    /// <summary>The sub-program that follows matches, without return; go on at Z.</summary>
    Atomic,

    /// <summary>Start the loop X: counter to 0.</summary>
    LoopStart,

    /// <summary>Loop X: once more (the instructions that follow) or on at Y.</summary>
    LoopTest,

    /// <summary>Loop X: count one more and do it.</summary>
    LoopEnter,

    /// <summary>Go to Y unless group X has matched.</summary>
    UnlessGroup,
}

internal readonly record struct Instruction(Op Op, int X = 0, int Y = 0, int Z = 0, CharacterSet? Set = null);

/// <summary>A loop's bounds; its counter and last position are the slots <paramref name="Slot"/> and the next.</summary>
internal readonly record struct Loop(int Min, int Max, RepeatMode Mode, int Slot);

/// <summary>A regular expression as instructions for a backtracking machine.</summary>
internal sealed class RegexProgram
{
    private readonly List<Instruction> code = [];
    private readonly List<Loop> loops = [];

    private RegexProgram(int groups)
    {
        Slots = 2 * (groups + 1);
    }

    public IReadOnlyList<Instruction> Code => code;

    public IReadOnlyList<Loop> Loops => loops;

    /// <summary>Numbers that the machine keeps: start and end of each group, then two for each loop.</summary>
    public int Slots { get; private set; }

    public static RegexProgram Compile(RegexNode root, int groups)
    {
        RegexProgram program = new(groups);
        program.Emit(root);
        program.code.Add(new Instruction(Op.Accept));
        return program;
    }

    private void Emit(RegexNode node)
    {
        switch (node)
        {
            case RegexNode.Set s:
                code.Add(new Instruction(Op.Set, Set: s.Characters));
                break;
            case RegexNode.Sequence s:
                foreach (RegexNode item in s.Items)
                    Emit(item);
                break;
            case RegexNode.Choice c:
                EmitChoice(c.Alternatives);
                break;
            case RegexNode.Group { Index: 0 } g:
                Emit(g.Inside);
                break;
            case RegexNode.Group g:
                code.Add(new Instruction(Op.Save, 2 * g.Index));
                Emit(g.Inside);
                code.Add(new Instruction(Op.Save, (2 * g.Index) + 1));
                break;
            case RegexNode.Repeat { Inside: RegexNode.Set s } r:
                code.Add(new Instruction(Op.Run, r.Min, r.Max, (int)r.Mode, s.Characters));
                break;
            case RegexNode.Repeat { Mode: RepeatMode.Possessive } r:
                EmitSub(new RegexNode.Repeat(r.Inside, r.Min, r.Max, RepeatMode.Greedy), new Instruction(Op.Atomic));
                break;
            case RegexNode.Repeat r:
                EmitLoop(r);
                break;
            case RegexNode.BackReference b:
                code.Add(new Instruction(Op.BackReference, b.Index, b.IgnoreCase ? 1 : 0));
                break;
            case RegexNode.Anchor a:
                code.Add(new Instruction(Op.Anchor, (int)a.Kind));
                break;
            case RegexNode.Look l:
                EmitSub(l.Inside, new Instruction(Op.Look, l.Behind, l.Negative ? 1 : 0));
                break;
            case RegexNode.Atomic a:
                EmitSub(a.Inside, new Instruction(Op.Atomic));
                break;
            case RegexNode.Conditional c:
                EmitConditional(c);
                break;
        }
    }

    private void EmitChoice(IReadOnlyList<RegexNode> alternatives)
    {
        List<int> ends = [];
        for (int i = 0; i < alternatives.Count - 1; i++)
        {
            int split = Reserve();
            Emit(alternatives[i]);
            ends.Add(Reserve());
            code[split] = new Instruction(Op.Split, split + 1, code.Count);
        }
        Emit(alternatives[^1]);
        foreach (int end in ends)
            code[end] = new Instruction(Op.Jump, code.Count);
    }

    private void EmitLoop(RegexNode.Repeat repeat)
    {
        int loop = loops.Count;
        loops.Add(new Loop(repeat.Min, repeat.Max, repeat.Mode, Slots));
        Slots += 2;
        code.Add(new Instruction(Op.LoopStart, loop));
        int test = Reserve();
        code.Add(new Instruction(Op.LoopEnter, loop));
        Emit(repeat.Inside);
        code.Add(new Instruction(Op.Jump, test));
        code[test] = new Instruction(Op.LoopTest, loop, code.Count);
    }

    private void EmitSub(RegexNode inside, Instruction instruction)
    {
        int start = Reserve();
        Emit(inside);
        code.Add(new Instruction(Op.Accept));
        code[start] = instruction with { Z = code.Count };
    }

    private void EmitConditional(RegexNode.Conditional conditional)
    {
        int test = Reserve();
        Emit(conditional.Yes);
        int end = Reserve();
        code[test] = new Instruction(Op.UnlessGroup, conditional.Condition, code.Count);
        Emit(conditional.No);
        code[end] = new Instruction(Op.Jump, code.Count);
    }

    private int Reserve()
    {
        code.Add(default);
        return code.Count - 1;
    }
}
