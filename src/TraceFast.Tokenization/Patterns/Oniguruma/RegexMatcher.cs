using System.Globalization;
using System.Text;
using TraceFast.Data;

namespace TraceFast.Tokenization.Patterns.Oniguruma;

/// <summary>
/// Runs a program over a text by backtracking, code point by code point. Steps (<see cref="MatchingBudget"/>) and stack are
/// bounded in proportion to the text, so no pattern can hang or exhaust memory.
/// </summary>
internal ref struct RegexMatcher
{
    private const int StackAtLeast = 1 << 16;
    private const int StackPerUnit = 8;

    // A frame's third number: -1 for a plain alternative, else the least position that a greedy run may be cut back to.
    private const int Plain = -1;

    private readonly RegexProgram program;
    private readonly ReadOnlySpan<char> text;
    private readonly int[] registers;
    private readonly int mostFrames;
    private (int Instruction, int Position, int Least)[] stack = new (int, int, int)[64];
    private int frames;
    private long steps;
    private int searchStart;

    public RegexMatcher(RegexProgram program, ReadOnlySpan<char> text)
    {
        this.program = program;
        this.text = text;
        registers = new int[program.Registers];
        steps = MatchingBudget.Left;
        mostFrames = (int)Math.Min(int.MaxValue / 16, StackAtLeast + (long)StackPerUnit * text.Length);
    }

    /// <summary>The first match that starts at or after a position, or null.</summary>
    /// <exception cref="InputException">It takes more steps or more stack than are allowed.</exception>
    public (int Start, int End)? Find(int from)
    {
        searchStart = from;
        for (int start = from; ; start += UnitsAt(start))
        {
            int end = Run(0, start);
            MatchingBudget.Left = steps;
            if (end >= 0)
                return (start, end);
            if (start >= text.Length)
                return null;
        }
    }

    /// <summary>The position after a code point that starts here.</summary>
    public readonly int UnitsAt(int position) => position < text.Length && char.IsHighSurrogate(text[position]) ? 2 : 1;

    /// <summary>Runs the program from an instruction; the end of the match, or -1.</summary>
    private int Run(int instruction, int position)
    {
        int floor = frames;
        Instruction[] code = program.Instructions;
        while (true)
        {
            if (--steps < 0)
                throw TooMuch("many steps");
            ref readonly Instruction at = ref code[instruction];
            bool matched = true;
            switch (at.Operation)
            {
                case Operation.Character:
                    matched = TryTake(ref position, out int codePoint) && codePoint == at.A;
                    instruction++;
                    break;
                case Operation.Set:
                    matched = TryTake(ref position, out codePoint) && at.Set!.Contains(codePoint);
                    instruction++;
                    break;
                case Operation.SetGreedy:
                case Operation.SetPossessive:
                    matched = TakeRun(at, ref position, out int least);
                    instruction++;
                    if (matched && at.Operation == Operation.SetGreedy && position > least)
                        Push(instruction, position, least);
                    break;
                case Operation.Split:
                    Push(at.B, position, Plain);
                    instruction = at.A;
                    break;
                case Operation.Jump:
                    instruction = at.A;
                    break;
                case Operation.Mark:
                    // Undone on the way back: the frame holds the register's number and its value before.
                    Push(~at.A, registers[at.A], Plain);
                    registers[at.A] = position;
                    instruction++;
                    break;
                case Operation.LeaveIfEmpty:
                    instruction = registers[at.A] == position ? at.B : instruction + 1;
                    break;
                case Operation.Atomic:
                    position = Run(instruction + 1, position);
                    matched = position >= 0;
                    instruction = at.A;
                    break;
                case Operation.LookAhead:
                    matched = Run(instruction + 1, position) >= 0;
                    instruction = at.A;
                    break;
                case Operation.NegativeLookAhead:
                    matched = Run(instruction + 1, position) < 0;
                    instruction = at.A;
                    break;
                case Operation.LookBehind:
                    matched = MatchesBehind(at, instruction, position);
                    instruction = at.A;
                    break;
                case Operation.NegativeLookBehind:
                    matched = !MatchesBehind(at, instruction, position);
                    instruction = at.A;
                    break;
                case Operation.Anchor:
                    matched = Holds((Anchor)at.A, position);
                    instruction++;
                    break;
                case Operation.AcceptAt:
                    matched = registers[at.A] == position;
                    goto case Operation.Accept;
                case Operation.Accept:
                    if (!matched)
                        break;
                    frames = floor;
                    return position;
            }
            if (!matched && !Backtrack(floor, out instruction, out position))
                return -1;
        }
    }

    private bool Backtrack(int floor, out int instruction, out int position)
    {
        while (frames > floor)
        {
            (instruction, position, int least) = stack[frames - 1];
            if (instruction < 0)
            {
                registers[~instruction] = position;
                frames--;
            }
            else if (least == Plain)
            {
                frames--;
                return true;
            }
            else
            {
                position -= char.IsLowSurrogate(text[position - 1]) ? 2 : 1;
                if (position > least)
                    stack[frames - 1].Position = position;
                else
                    frames--;
                return true;
            }
        }
        (instruction, position) = (0, 0);
        return false;
    }

    private readonly bool TryTake(ref int position, out int codePoint)
    {
        codePoint = 0;
        if (position >= text.Length)
            return false;
        codePoint = text[position++];
        if (char.IsHighSurrogate((char)codePoint))
            codePoint = char.ConvertToUtf32((char)codePoint, text[position++]);
        return true;
    }

    /// <summary>Takes a run of a set's code points; false where there are too few. <paramref name="least"/>: the position after the fewest.</summary>
    private bool TakeRun(in Instruction at, ref int position, out int least)
    {
        int start = position;
        int count = 0;
        least = position;
        while (at.B < 0 || count < at.B)
        {
            int next = position;
            if (!TryTake(ref next, out int codePoint) || !at.Set!.Contains(codePoint))
                break;
            position = next;
            if (++count == at.A)
                least = position;
        }
        steps -= position - start;
        return count >= at.A;
    }

    private bool MatchesBehind(in Instruction look, int instruction, int position)
    {
        int saved = registers[look.D];
        int start = position;
        bool matched = false;
        for (int back = 0; !matched && back <= look.C; back++)
        {
            if (back >= look.B)
            {
                registers[look.D] = position;
                matched = Run(instruction + 1, start) >= 0;
            }
            if (start == 0)
                break;
            start -= start >= 2 && char.IsLowSurrogate(text[start - 1]) ? 2 : 1;
        }
        registers[look.D] = saved;
        return matched;
    }

    private readonly bool Holds(Anchor anchor, int position) => anchor switch
    {
        Anchor.LineStart => position == 0 || (text[position - 1] == '\n' && position < text.Length),
        Anchor.LineEnd => position == text.Length || text[position] == '\n',
        Anchor.TextStart => position == 0,
        Anchor.TextEnd => position == text.Length,
        Anchor.TextEndOrFinalNewline => position == text.Length || (position == text.Length - 1 && text[position] == '\n'),
        Anchor.SearchStart => position == searchStart,
        Anchor.WordBoundary => IsWordBefore(position) != IsWordAfter(position),
        _ => IsWordBefore(position) == IsWordAfter(position),
    };

    private readonly bool IsWordBefore(int position) =>
        Rune.DecodeLastFromUtf16(text[..position], out Rune rune, out _) == System.Buffers.OperationStatus.Done && CharacterClasses.IsLoneWord(rune.Value);

    private readonly bool IsWordAfter(int position) =>
        Rune.DecodeFromUtf16(text[position..], out Rune rune, out _) == System.Buffers.OperationStatus.Done && CharacterClasses.IsLoneWord(rune.Value);

    private void Push(int instruction, int position, int least)
    {
        if (frames == stack.Length)
        {
            if (frames >= mostFrames)
                throw TooMuch("much stack");
            Array.Resize(ref stack, 2 * frames);
        }
        stack[frames++] = (instruction, position, least);
    }

    private readonly InputException TooMuch(string what) => new(string.Create(CultureInfo.InvariantCulture,
        $"the tokenizer's regular expression takes too {what} on a text of {text.Length} characters; expected a pattern that works through a text in time proportional to its length"));
}
