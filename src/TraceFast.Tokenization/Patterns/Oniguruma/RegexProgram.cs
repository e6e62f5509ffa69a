namespace TraceFast.Tokenization.Patterns.Oniguruma;

internal enum Operation
{
    /// <summary>Takes the code point A.</summary>
    Character,

    /// <summary>Takes one code point of Set.</summary>
    Set,

    /// <summary>Takes A to B (-1: no bound) code points of Set, as many as it can, and gives them back one by one.</summary>
    SetGreedy,

    /// <summary>Takes A to B (-1: no bound) code points of Set, as many as it can, for good.</summary>
    SetPossessive,

    /// <summary>Goes on at A, and at B if that fails.</summary>
    Split,

    /// <summary>Goes on at A.</summary>
    Jump,

    /// <summary>Notes the position in register A.</summary>
    Mark,

    /// <summary>Goes on at B where the position is still that of register A: an empty turn of a loop ends it.</summary>
    LeaveIfEmpty,

    /// <summary>Runs the program at the next instruction, for good, and goes on at A from where it ended.</summary>
    Atomic,

    /// <summary>Goes on at A where the program at the next instruction matches here.</summary>
    LookAhead,

    /// <summary>Goes on at A where the program at the next instruction does not match here.</summary>
    NegativeLookAhead,

    /// <summary>Goes on at A where the program at the next instruction matches from B to C code points back up to here (register D).</summary>
    LookBehind,

    /// <summary>Goes on at A where it does not.</summary>
    NegativeLookBehind,

    /// <summary>Ends the program of a look-behind: accepts where the position is that of register A.</summary>
    AcceptAt,

    /// <summary>Checks the anchor A.</summary>
    Anchor,

    /// <summary>Ends a program: it matches.</summary>
    Accept,
}

internal readonly record struct Instruction(Operation Operation, int A = 0, int B = 0, int C = 0, int D = 0, CodePointSet? Set = null);

/// <summary>A compiled regular expression: instructions for <see cref="RegexMatcher"/>.</summary>
internal sealed record RegexProgram(Instruction[] Instructions, int Registers);
