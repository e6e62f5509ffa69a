namespace TraceFast.Inference;

/// <summary>
/// An exported model cannot be written, opened or run as it is; the message names the file, what was found and what to do.
/// </summary>
public sealed class OnnxModelException(string where, string message, Exception? inner = null)
    : InputException($"{where}: {message}", inner!);
