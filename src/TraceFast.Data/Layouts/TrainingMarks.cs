using System.Globalization;
using System.Text.Json;
using TraceFast.Data.Json;

namespace TraceFast.Data.Layouts;

/// <summary>
/// Keys by which a single message says whether it is trained: "weight" of OpenAI's fine-tuning files and SlimOrca, "train" and "training"
/// of axolotl, "loss" of ms-swift. 0 and false say no, 1 and true yes. An answer without a mark is trained; what is not an answer never is.
/// </summary>
internal static class TrainingMarks
{
    private static readonly string[] s_keys = ["weight", "train", "training", "loss"];

    /// <summary>Keys that mark parts of a message, or weigh it: there is nothing here that obeys them.</summary>
    private static readonly string[] s_finerKeys = ["train_detail", "training_detail", "loss_scale"];

    public static bool IsKey(string key) => s_keys.Contains(key);

    /// <summary>Whether a message is marked as not to be trained.</summary>
    /// <exception cref="RecordException">A mark is neither yes nor no, two contradict each other, or a message that is no answer asks to be
    /// trained.</exception>
    public static bool Untrained(JsonObject message, Role role, string place)
    {
        foreach (string key in s_finerKeys)
            if (message.Find(key) is { SaysSomething: true })
                throw new RecordException(
                    $"{place} has '{key}', which is not supported: an answer is trained whole or not "
                        + "at all (mark it with 'weight' or 'train')");
        (string Key, bool Trained)? first = null;
        foreach (string key in s_keys)
        {
            if (message.Find(key) is not { } value)
                continue;
            bool trained = IsYes(value, key, place);
            if (first is { } other && other.Trained != trained)
                throw new RecordException(
                    $"{place} has '{other.Key}' and '{key}', of which one says that it is trained and the other that it is not");
            first ??= (key, trained);
        }
        if (first is { Trained: true } mark && role != Role.Assistant)
            throw new RecordException(
                $"{place} is not the assistant's, and '{mark.Key}' asks for it to be trained: only answers are; "
                    + "set it to 0, or leave it out");
        return first is { Trained: false };
    }

    private static bool IsYes(JsonValue value, string key, string place)
    {
        switch (value.Kind)
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Number when value.Number() is double number and (0 or 1):
                return number == 1;
            case JsonTokenType.Number:
                throw new RecordException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{place} has '{key}' {value.Number()}: a message is trained (1, true) or not (0, false); "
                        + $"weights between or beyond are not supported"));
            default:
                throw new RecordException(
                    $"{place} has {JsonErrors.NameOf(value.Kind)} as '{key}'; it says whether the message is trained: "
                        + "1 or true, 0 or false");
        }
    }
}
