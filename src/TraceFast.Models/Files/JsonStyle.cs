using System.Text.Encodings.Web;
using System.Text.Json;

namespace TraceFast.Models.Files;

/// <summary>How JSON files of models and adapters are written: as transformers and PEFT do, two spaces, text unescaped.</summary>
internal static class JsonStyle
{
    public static JsonWriterOptions Indented { get; } =
        new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
