using TraceFast.Constraints.Text;

namespace TraceFast.Constraints.Style;

/// <summary>What languages are called in instructions.</summary>
internal static class LanguageNames
{
    private static readonly string[] English = ["English", "Chinese", "Japanese", "Korean", "Russian", "Arabic", "Thai", "Hindi", "Greek", "Hebrew"], Chinese = ["英文", "中文", "日文", "韩文", "俄文", "阿拉伯文", "泰文", "印地文", "希腊文", "希伯来文"];

    public static string Of(string code, Language language)
    {
        int index = Array.IndexOf(LanguageShares.Codes, code);
        return (language == Language.Chinese ? Chinese : English)[index];
    }
}
