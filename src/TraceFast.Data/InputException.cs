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
    }

    public InputException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
