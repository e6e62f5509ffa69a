namespace TraceFast.Inference.Sessions;

/// <summary>
/// An execution provider or its libraries are not on this machine; the message says what to install. Commands turn it into exit code 3.
/// </summary>
public sealed class MissingProviderException : Exception
{
    public MissingProviderException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
