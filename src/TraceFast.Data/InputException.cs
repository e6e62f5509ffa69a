namespace TraceFast.Data;

/// <summary>
/// Something that a user fed in (a file, a record, an option) is not what its format or this program expects.
/// The message says where (file:line or record number), what was found, what was expected and what to do.
/// Commands turn it into exit code 2.
/// </summary>
public class InputException : Exception
{
    public InputException(string message)
        : base(message)
    {
        Lines = [message];
    }

    public InputException(string message, Exception inner)
        : base(message, inner)
    {
        Lines = [message];
    }

    /// <summary>Several things at once, each a line of the message.</summary>
    public InputException(IReadOnlyList<string> lines)
        : base(string.Join('\n', lines))
    {
        Lines = lines;
    }

    /// <summary>
    /// The message's lines as they are printed: a line end that is within one, in a file's name for example, ends no line.
    /// </summary>
    public IReadOnlyList<string> Lines { get; }
}
