namespace TraceFast.Constraints;

/// <summary>A language in which constraints are phrased and answers written.</summary>
public enum Language
{
    English,
    Chinese,
}
