using System.Text;
using TraceFast.Data;

namespace TraceFast.Models.Files;

/// <summary>
/// A file of a model or adapter (safetensors, config.json, adapter_config.json) is not what its format or this decoder expects.
/// The message names the file, the tensor or key, what was found and what was expected.
/// </summary>
public sealed class ModelFileException : InputException
{
    public ModelFileException(string file, string message)
        : base($"{file}: {message}")
    {
    }

    public ModelFileException(string file, string message, Exception inner)
        : base($"{file}: {message}", inner)
    {
    }

    /// <summary>A name from a file, fit for a one-line message: quoted, control characters escaped, long ones cut.</summary>
    internal static string Quote(string name)
    {
        const int longest = 160;
        StringBuilder text = new("'");
        foreach (char c in name.AsSpan(0, Math.Min(name.Length, longest)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c))
                text.Append("\\u").Append(((int)c).ToString("x4", System.Globalization.CultureInfo.InvariantCulture));
            else
                text.Append(c);
        }

        if (name.Length > longest)
            text.Append("...");
        return text.Append('\'').ToString();
    }
}
