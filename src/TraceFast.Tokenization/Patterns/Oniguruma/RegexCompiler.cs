namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>Turns a syntax tree into instructions.</summary>
internal sealed class RegexCompiler
{
    // Counted repetitions are written out, so a pattern like (a{1000}){1000} has to be refused.
    private const int MostInstructions = 20_000;
    private const int LongestLookBehind = 255;

    private readonly List<Instruction> code = [];
    private int registers;

    /// <exception cref="RegexSyntaxException">The program would be too long, or a look-behind has no bound.</exception>
    public static RegexProgram Compile(RegexNode node)
    {
        var compiler = new RegexCompiler();
        compiler.Emit(node);
        compiler.Add(new Instruction(Operation.Accept));
        return new RegexProgram([.. compiler.code], compiler.registers);
    }

    private void Emit(RegexNode node)
    {
        switch (node)
        {
            case CharacterNode character:
                Add(new Instruction(Operation.Character, character.CodePoint));
                break;
            case SetNode set:
                Add(new Instruction(Operation.Set, Set: set.Set));
                break;
            case AnchorNode anchor:
                Add(new Instruction(Operation.Anchor, (int)anchor.Anchor));
                break;
            case SequenceNode sequence:
                foreach (RegexNode item in sequence.Items)
                    Emit(item);
                break;
            case AlternationNode alternation:
                EmitAlternation(alternation.Items);
                break;
            case RepeatNode repeat:
                EmitRepeat(repeat);
                break;
            case AtomicNode atomic:
                EmitSubprogram(new Instruction(Operation.Atomic), atomic.Item, new Instruction(Operation.Accept));
                break;
            case LookNode look:
                EmitLook(look);
                break;
            default:
                throw new InvalidOperationException($"no instruction for {node.GetType().Name}");
        }
    }

    private void EmitAlternation(IReadOnlyList<RegexNode> items)
    {
        var ends = new List<int>();
        for (int i = 0; i < items.Count - 1; i++)
        {
            int split = Add(new Instruction(Operation.Split, code.Count + 1));
            Emit(items[i]);
            ends.Add(Add(new Instruction(Operation.Jump)));
            code[split] = code[split] with { B = code.Count };
        }
        Emit(items[^1]);
        foreach (int end in ends)
            code[end] = code[end] with { A = code.Count };
    }

    private void EmitRepeat(RepeatNode repeat)
    {
        CodePointSet? set = repeat.Item switch
        {
            SetNode s => s.Set,
            CharacterNode c => new CodePointSet(x => x == c.CodePoint),
            _ => null,
        };
        if (set is not null && repeat.Greed != Greed.Lazy)
        {
            Operation operation = repeat.Greed == Greed.Greedy ? Operation.SetGreedy : Operation.SetPossessive;
            Add(new Instruction(operation, repeat.Least, repeat.Most ?? -1, Set: set));
        }
        else if (repeat.Greed == Greed.Possessive)
        {
            EmitSubprogram(new Instruction(Operation.Atomic), repeat with { Greed = Greed.Greedy }, new Instruction(Operation.Accept));
        }
        else
        {
            EmitTurns(repeat);
        }
    }

    private void EmitTurns(RepeatNode repeat)
    {
        bool lazy = repeat.Greed == Greed.Lazy;
        for (int i = 0; i < repeat.Least; i++)
            Emit(repeat.Item);
        if (repeat.Most is { } most)
        {
            var splits = new List<int>();
            for (int i = repeat.Least; i < most; i++)
            {
                splits.Add(Add(new Instruction(Operation.Split)));
                Emit(repeat.Item);
            }
            for (int i = 0; i < splits.Count; i++)
                SetSplit(splits[i], splits[i] + 1, code.Count, lazy);
            return;
        }
        int loop = Add(new Instruction(Operation.Split));
        bool mayBeEmpty = repeat.Item.Length.Least == 0;
        int register = mayBeEmpty ? registers++ : 0;
        if (mayBeEmpty)
            Add(new Instruction(Operation.Mark, register));
        Emit(repeat.Item);
        int leave = mayBeEmpty ? Add(new Instruction(Operation.LeaveIfEmpty, register)) : -1;
        Add(new Instruction(Operation.Jump, loop));
        SetSplit(loop, loop + 1, code.Count, lazy);
        if (leave >= 0)
            code[leave] = code[leave] with { B = code.Count };
    }

    private void SetSplit(int at, int turn, int end, bool lazy) =>
        code[at] = new Instruction(Operation.Split, lazy ? end : turn, lazy ? turn : end);

    private void EmitLook(LookNode look)
    {
        if (!look.Behind)
        {
            EmitSubprogram(new Instruction(look.Negative ? Operation.NegativeLookAhead : Operation.LookAhead), look.Item, new Instruction(Operation.Accept));
            return;
        }
        (int least, int? most) = look.Item.Length;
        if (most is null or > LongestLookBehind)
            throw new RegexSyntaxException($"a look-behind of more than {LongestLookBehind} characters, which is not supported");
        int register = registers++;
        Operation operation = look.Negative ? Operation.NegativeLookBehind : Operation.LookBehind;
        EmitSubprogram(new Instruction(operation, B: least, C: most.Value, D: register), look.Item, new Instruction(Operation.AcceptAt, register));
    }

    private void EmitSubprogram(Instruction head, RegexNode item, Instruction end)
    {
        int at = Add(head);
        Emit(item);
        Add(end);
        code[at] = head with { A = code.Count };
    }

    private int Add(Instruction instruction)
    {
        if (code.Count >= MostInstructions)
            throw new RegexSyntaxException($"repetitions that write out to more than {MostInstructions} steps");
        code.Add(instruction);
        return code.Count - 1;
    }
}
